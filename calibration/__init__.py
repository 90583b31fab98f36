"""What is believed: priors now, and the evidence that will update them."""
