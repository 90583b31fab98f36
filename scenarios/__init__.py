"""What is asked: shipped scenarios, comparison of scenarios, figures and the command line."""
