"""What is believed: priors, the evidence that updates them, and the posterior that follows."""
