"""The commands of bot.py, one file each; add_commands() declares them, run functions return the exit status."""
