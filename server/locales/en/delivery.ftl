# How far what was published has come
delivery = Delivery
delivery-line = Every screen acknowledges what it was told: heard, on its disk, on its glass.
delivery-of = Delivery of revision { $version }
delivery-look = Screen by screen
delivery-total = { $count ->
    [one] 1 screen
   *[other] { $count } screens
}
delivery-sum = { $total }: { $parts }
delivery-comma = {", "}
delivery-part-shown = { $count ->
    [one] 1 shows revision { $version }
   *[other] { $count } show revision { $version }
}
delivery-part-shown-newest = { $count ->
    [one] 1 shows its newest revision
   *[other] { $count } show their newest revision
}
delivery-part-unheard = { $shown } ({ $count } of them offline since then)
delivery-part-fetched = { $count ->
    [one] 1 has everything and takes over in its time
   *[other] { $count } have everything and take over in their time
}
delivery-part-fetching = { $count ->
    [one] 1 is fetching ({ $left } left)
   *[other] { $count } are fetching ({ $left } left)
}
delivery-part-told = { $count ->
    [one] 1 was told
   *[other] { $count } were told
}
delivery-part-unlit = { $count ->
    [one] 1 has no box
   *[other] { $count } have no box
}
delivery-part-offline = { $count ->
    [one] 1 offline
   *[other] { $count } offline
}
delivery-part-offline-since = { $count ->
    [one] 1 offline since { $time }
   *[other] { $count } offline, the longest since { $time }
}
delivery-part-held-up = { $count ->
    [one] 1 is held up
   *[other] { $count } are held up
}
delivery-behind = { $count } of { $total } have not applied revision { $version }
delivery-behind-newest = { $count } of { $total } have not applied their newest revision
delivery-all-well = Every screen shows what it was told
delivery-all-well-help = Whatever is published next can be followed here, screen by screen.
delivery-nothing = Nothing was published for these screens yet
delivery-nothing-found = No screen here fits
delivery-bytes = { $mib } MiB
delivery-left = { $word }, { $left } left

delivery-held-up = Held up
delivery-offline = Offline
delivery-unlit = No box
delivery-told = Told
delivery-fetching = Fetching
delivery-fetched = On its disk
delivery-shown = Shown
delivery-shown-unheard = Shown, offline since
delivery-behind-all = Not shown yet

delivery-why-offline = The box was cut off before it had everything.
delivery-why-never-heard = The box has not come since it was paired.
delivery-why-unlit = No box is paired with this screen.
delivery-why-told = The box has heard it and has not said more yet.
delivery-why-held-up = Something is in the way.
delivery-why-tells-no-more = Told; this player does not tell more.
delivery-why-skew = The player speaks versions { $oldest } to { $newest } of the link, and this server none of them.
delivery-why-not-yet = It takes over at { $time }.
delivery-why-missing = A file that it needs is not on the server.
delivery-why-refused = The box does not believe it.
delivery-why-engine = It needs a newer player.
delivery-why-disk = The box's disk is full or fails.
delivery-why-line = Files do not come through to the box.
delivery-why-stage = The box's renderer does not draw.
delivery-why-other = The box gives a reason this server does not know.

delivery-do-offline = Look for power and network at the box; it plays on meanwhile and catches up by itself.
delivery-do-never-heard = Check that the box runs and reaches the server's UDP port.
delivery-do-unlit = Pair a box, or remove the screen.
delivery-do-told = Wait a moment; if it stays so, look at the box.
delivery-do-held-up = Look at the box.
delivery-do-tells-no-more = Nothing to do; update the player to see more.
delivery-do-skew = Update the older of player and server.
delivery-do-not-yet = Nothing to do.
delivery-do-missing = Upload the file again, or take the item out, and publish.
delivery-do-refused = Perhaps a key was replaced without this box hearing of it. Publish again; if it stays so, pair the box anew.
delivery-do-engine = Update the player on this box.
delivery-do-disk = Make room on the box's disk, or replace it.
delivery-do-line = Check that the network between box and server lets large transfers through; it tries again by itself.
delivery-do-stage = Look at the screen; restart the box if its picture stands still.
delivery-do-other = Update the server, and look at the box.

delivery-why = Why
delivery-do = What to do
delivery-since = Since
delivery-everything = All publications
delivery-search = Screen, zone or site
delivery-zone-line = Where this zone's programme is
delivery-shows-revision = shows revision { $version }
delivery-box-says = The box says: { $text }
