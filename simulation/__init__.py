"""What happens: population, state, submodels, the month, batches and paired effects."""
