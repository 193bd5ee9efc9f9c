"""MetaMed's core: a learner turns a support set into a sequence of classifiers, each better adapted than the last.

The map, floor by floor; a module imports only from a lower floor (tests/test_house.py holds this):

    0  words        Words(en, zh), UserError
    1  formats/     one file = one data format -> a table of text
    2  records      PatientRecords: table + label + column roles, units; quality: the upload check's findings
    3  encoding     PatientEncoder: columns -> cells (scaled value, rank, missing)
       episode      LabelledSet, Episode, TaskDistribution
       backbones    Perceptron, ColumnEncoder; Weights
    4  tasks/       clinical_prior: synthetic tasks that look like small clinical tables
       inner_loop   prototype head and gradient steps that the gradient learners share
       learner      Learner, Classifier
    5  learners/    one file = one paper; LEARNERS names them all
    6  universal    the shipped weights: save, load, check
       meta_training  the outer loop as a generator
       trace        AdaptationTrace: the numbers that a live curve draws
    7  diagnosis    Diagnosis: one patient's answer
    8  estimator    FewShotClassifier: the scikit-learn face
       figures      pure functions -> plotly figures
    9  report       tables to take away, safe in a spreadsheet
    10 __main__     the command line

This file imports nothing, so that `import metamed_core` costs nothing.
"""
