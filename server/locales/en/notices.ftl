# Notices
nav-notices = Notices
notices-line = A few words to those who wait: along the lower edge of the screens, gone by themselves when their time is over, with or without a network.
notices-waiting = Waiting for a second person
notices-standing = Published
notices-over = Over
no-notices = There are no notices.
notice-is-on = on screen
notice-to-come = to come
notice-by = written by { $name }
notice-approved-by = approved by { $name }
notice-ended-by = ended early by { $name }
notice-approve = Approve and publish
notice-drop = Take back
notice-end = End now
notice-new = New notice
notice-zh = Chinese
notice-zh-help = One paragraph, at most 120 characters. What one line cannot hold is turned line by line.
notice-en = English
notice-from = From
notice-until = Until
notice-places = Where
notice-whole-site = (all of it)
notice-zones = Some zones only
notice-do = Hand in
notice-do-help = Once another person has approved it, it is on the screens within a second.
bad-notice-zh = Write the Chinese words, at most { $count } characters.
bad-notice-en = Write the English words, at most { $count } characters.
bad-notice-places = Choose at least one site or zone.
bad-notice-when = The end must be after the beginning, and not over already.
bad-notice-long = A notice stands for { $count } days at most; what holds longer belongs into a playlist.
bad-notice-many = { $zone } has { $count } notices at that time already: end one first, or choose another time.
said-notice-waits = Handed in; another person has to approve it.
said-notice-on = { $count ->
    [one] Published in { $count } zone.
   *[other] Published in { $count } zones.
}
said-notice-ended = { $count ->
    [one] Ended; { $count } zone was told.
   *[other] Ended; { $count } zones were told.
}
