"""The pages: read the form, call the domain once, commit, answer."""
