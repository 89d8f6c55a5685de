"""The blog: articles that administrators write and everybody reads, in the chat and on the site."""
