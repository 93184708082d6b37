"""The sounds that the models are trained on: what is taken from collections, and what is synthesised."""
