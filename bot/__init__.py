"""The bot: wires everything together, serves the platform and the pages, and sends."""
