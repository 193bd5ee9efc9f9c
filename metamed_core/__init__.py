"""MetaMed's core: a learner turns a support set into a sequence of classifiers, each better adapted than the last.

The map, floor by floor; a module imports only from a lower floor (tests/test_house.py holds this):

    0  words        Words(en, zh), UserError
       palette      the colour, marker and dash of each diagnosis
    1  formats/     one file = one data format -> a table of text
       picture      what a figure of a lesson shows, as values
       compute      where meta-training computes: device, and one process among several
       intervals    how sure a mean over episodes is, and whether two contestants differ
    2  records/     PatientRecords: table + label + column roles, units; the upload check's findings
    3  encoding     PatientEncoder: columns -> cells (scaled value, rank, missing)
       episode      LabelledSet, Episode, TaskDistribution
       openml       a public table by its number, where the network allows
       cohort       all patients that tasks are drawn from: features, diagnoses, groups that must not be mixed
    4  backbones    Perceptron (fixed columns), ColumnEncoder (any columns); BACKBONES; Weights
       canonical    ranks of columns and diagnoses by what they hold, not where they stand
       calibration  temperatures that make probabilities mean what they say; how far they are from it
       tasks/       clinical_prior: synthetic tasks that look like small clinical tables
    5  learner      Learner, Classifier, and the settings a form can offer
       cell_transformer  the in-context network of prior_fitted
       teaching_loops  the classic algorithms as good teaching code writes them, to measure our speed against
       metrics      how good answers are: functions of the right classes and the probabilities
    6  inner_loop   prototype head and gradient steps, shared by the learners that descend
       perceptron_gradients  a Perceptron's derivatives by hand, for a whole meta-batch of tasks at once
       rounds       the support read patient by patient, shared by the learners that compare
       held_out     leave-one-out beside an adaptation
       universal    weights on disk: save, load, check
       plain/       logistic regression and its like as learners, to judge ours by; PLAIN names them all
    7  learners/    one file = one paper; LEARNERS names them all
       measured     the result of an accuracy check, put into a card
    8  trace        AdaptationTrace: the numbers that a live curve draws
       meta_training  the outer loop as a generator
       bench        how fast meta-training is beside those loops and the machine's own limit
       calibrate    learns a calibration on prior tasks, for the card
       library      weights that were meta-trained on this computer, kept under a name
    9  diagnosis    Diagnosis: one patient's answer
       advice       what the app says of how far an adaptation can be trusted
       recipes      how each learner's shipped weights are made; RECIPES
       training_state  a stopped meta-training on disk
       evaluation/  a fair match of learners and plain classifiers: plan, compare, leaderboard, curves
    10 estimator    FewShotClassifier: the scikit-learn face
       answers      each patient's answer to take away, and what made it
       plots/       what the plots of a comparison show, as values
       universal_training  meta-training with its files: goes on, validates, saves
    11 meta_run     a meta-training that somebody has chosen: learner, network, tasks, budget
       figures      pure functions -> plotly figures
       svg          the same plots without plotly, for a page that opens anywhere
       progress     meta-training told on standard error
       lessons/     what the lessons compute and draw, with the library's own code; a lesson as a value
    12 unfinished   meta-trainings of the app on disk: named by a token, held by one tab
       report       tables to take away, safe in a spreadsheet
       board        a leaderboard as an HTML table
       picture_svg  a lesson's figures as HTML and SVG
    13 comparison_report  a comparison as one HTML file
       diagnosis_report   the answers as one HTML file
       handout      a lesson as one HTML file to print
    14 commands/    the command line's commands, one file each
    15 __main__     the command line

This file imports nothing, so that `import metamed_core` costs nothing.
"""
