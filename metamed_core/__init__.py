"""MetaMed's core: a learner turns a support set into a sequence of classifiers, each better adapted than the last."""
