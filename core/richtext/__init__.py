"""One rich text, three ways: Telegram's blocks, a mail's HTML, an ordinary message of a chat.

A message's body is kept as plain HTML of a few tags (`blocks.html_of` lists them all); everything
else is made from that. Standard library only.
"""
