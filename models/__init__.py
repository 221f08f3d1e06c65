"""Facts, rules and verbs of the care for children: no WeChat and no web in here."""
