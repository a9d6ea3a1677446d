# Makes of the player's unit the one of which a box with several outputs runs one each: anteroom-player@HDMI-A-1, anteroom-player@HDMI-A-2 …
s|^Description=.*|Description=Anteroom player: the programme on output %i of this box|
s|^Wants=anteroom-weston.service|&\n# The player of a box with one output, or one for each of several: never both.\nConflicts=anteroom-player.service|
s|^EnvironmentFile=-/etc/anteroom/player\.env|&\nEnvironmentFile=-/etc/anteroom/player-%i.env|
s|/etc/anteroom/provision\.toml|/etc/anteroom/provision-%i.toml|g
s|/etc/anteroom/player\.env, or|&|
s|/var/lib/anteroom-player|&/%i|g
s|/var/cache/anteroom-player|&/%i|g
s|^StateDirectory=.*|&/%i|
s|^CacheDirectory=.*|&/%i|
s|^ExecStart=.*run --fullscreen|& --output %i|
s|systemctl restart anteroom-player"|systemctl restart anteroom-player@%i"|
