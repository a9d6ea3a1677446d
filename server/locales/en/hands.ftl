# Remote hands
hands-title = Remote hands
hands-line = Have every screen here do one thing at once; what each of them answers stands below.
hands-last = Last order
hands-do-identify = Identify
hands-do-test-card = Test card
hands-do-clear = Stop showing it
hands-do-restart-stage = Restart picture
hands-do-restart-agent = Restart player
hands-do-log = Fetch player's log
hands-do-unknown = Another order
hands-help-identify = The screen shows its name, number, zone and box very large, for 30 seconds.
hands-help-test-card = Geometry, greys, colours, reading distances and a sync flash, for 10 minutes.
hands-help-restart-stage = Starts what draws anew; the picture is back in a few seconds.
hands-help-restart-agent = Starts the whole player anew; no play is lost.
hands-on-glass = On the glass now: { $what }
hands-log-of = Log of the player ({ $time })
hands-fate-waiting = waiting for the box …
hands-fate-done = done after { $secs } s
hands-fate-no-answer = no answer within 10 s
hands-fate-away = not done: the box is not connected
hands-fate-too-old = not done: this player is too old for that; update it first
hands-why-other-screen = refused: the box does not drive this screen
hands-why-late = refused: the order came too late
hands-why-no-stage = refused: nothing draws at the moment
hands-why-unknown = refused: the player does not know this order
hands-why-busy = refused: too many orders wait
hands-why-other = refused by the box
said-ordered = { $count ->
    [one] 1 screen was told.
   *[other] { $count } screens were told.
}
said-ordered-some = { $sent } told; { $away } not connected, { $old } with a player too old for that.
bad-hands-too-old = This player is too old for that: update it first.
bad-hands-away = No screen was told: the box is not connected.
# Taking down
take-down = Take down now
take-down-all = Take all down now
take-down-help = The screen shows nothing but its built-in card at once, whatever is switched off or cut, until somebody puts it back.
put-back = Put back
down-title = Taken down
down-why = Why (goes into the audit)
down-by = { $name }, by { $by }, { $when }.
down-by-short = By { $by }, { $when }.
down-reason = Why: { $reason }
down-count = { $count ->
    [one] 1 screen, { $seen } confirmed.
   *[other] { $count } screens, { $seen } confirmed.
}
down-there = Put it back there
down-up = Plays
down-confirmed = Taken down, seen on the glass
down-waiting = Being taken down …
down-away = Box not connected: what is down stays down, else it goes down when the box comes
down-too-old = This player is too old to be taken down: switch the screen off
down-returning = Being put back …
said-taken-down = { $count ->
    [one] 1 screen is taken down until somebody puts it back.
   *[other] { $count } screens are taken down until somebody puts them back.
}
said-down-already = It is taken down already.
said-put-back = Put back: it plays again.
bad-not-down = Nothing is taken down here; somebody may have put it back.
planned-down = Planned while down
planned-down-line = { $count } of them were planned while screens were taken down, and were not played for that reason:
planned-down-span = { $from } – { $until }, by { $by }
planned-down-now = now
# Sound
hands-do-volume = Turn down
volume-today = Volume of this screen today
volume-mute = Mute
volume-help = It can only be turned down, never above the { $max } % its zone allows; the end of the day undoes it, a restart of the box does not.
volume-heard = Heard now: { $percent } %
volume-silent = Nothing is heard now
said-volume = Told: no louder than { $percent } % today.
bad-volume-cap = The volume cannot be above the { $max } % its zone allows.
# Power of the display
hands-do-lit = Switch on now
hands-do-dark = Switch off now
hands-why-no-display = refused: the box was not told how to switch its display
power-help = Until today ends, before the zone's power plan, and over restarts of the box; the box must know how to switch its display.
lamp-lit = Display: lit
lamp-dark = Display: dark
lamp-unknown = Display: nobody knows whether it is lit
said-power = The box was told; what the display says stands below.
provision = Provisioning file
provision-help = A box that finds this file is paired and lights this screen without a code: once, within 30 days. Whoever has the file can light this screen, so hand it over like a key. A newer file ends the one before.
provision-server = Server, as boxes reach it
provision-do = Download provision.toml
provision-line = Pairs one box for screen { $screen } until { $until }.
provision-how = Copy it to /etc/anteroom/provision.toml of the box, then: systemctl restart anteroom-player
bad-provision-server = Write the server as HOST:PORT, such as 10.0.0.5:4433.
