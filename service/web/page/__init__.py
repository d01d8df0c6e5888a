"""The page for people at `/`: what they give made a question, and its answer told in their words.

1. `taking` reads what was pasted or dropped, `building` makes a question of a few choices, `examples` has the ones
   that are shown.
2. `editing` writes what was changed in the form into the question: an answer to what was asked, callers,
   requirements, weights.
3. `telling` prepares an answer for the templates, `rendering` fills them; every word of theirs can be translated.

A page works without JavaScript: each thing to do is a form that is sent and answered with a whole page. The modules
under `static/` only put the new main part in place of the old one, keep the state in the address and copy text.
"""
