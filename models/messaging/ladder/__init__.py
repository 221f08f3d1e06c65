"""The acknowledgement ladder (domain.md section 2, item 4): nobody who was meant is silently missed.

`again` the same notice once more · `family` another guardian of the child · `call` the mentor's call list · `school`
its administrators. Whoever cannot be reached at all is on a call list at once; an answer stops it at every rung.
"""
