"""Learn what the features are worth: questions written for the purpose, noise, the fit. Never used at run time."""
