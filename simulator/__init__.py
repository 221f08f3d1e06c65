"""WeChat on this machine: stands across the wire from the bot, as strict as the platform, on loopback only."""
