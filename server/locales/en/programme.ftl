# What is on the air: rules, campaigns, playlists, and the policies of places.

nav-campaigns = Campaigns
cities = By city
tags = Tags
tags-help = Rules may aim at tags; put spaces between them.
places-gone = Places that are no longer listed
weight = Weight
order = Order
rule-name-zh = Name (Chinese)
rule-name-en = Name (English)
rule-name-help = Empty: the playlist’s name.
rule-weight-help = 1 to 10: turns among rules of its level.
rule-order-help = Its place among rules of its level; lower first.
weeks = Weeks
weeks-every = Every week
weeks-odd = Odd weeks
weeks-even = Even weeks
weeks-help = By the ISO week number.
counts-as = A make-up day counts as
counts-itself = its own weekday
counts-timetable = the weekday it makes up for
counts-timetable-short = make-up days by their timetable
counts-help = As the calendar says of make-up days.
day-kinds = Kinds of day
day-kinds-help = None ticked: any day.
more-times = More: recurrence, other times, added and changed dates, time zone
recurrence = Recurrence (RFC 5545)
recurrence-help = May be empty. Counts from the first date; weekdays and kinds of day above must fit too.
recurrence-next = Next: { $dates }
recurrence-none = No date fits from now on.
hours-on = Other times on some days
hours-on-help = A row each: tick weekdays and kinds of day (none is all), write times or tick “off”. The first that fits wins.
hours-off = off
also = Added dates
also-help = On the air besides the days above; put spaces between dates.
changes = Dropped and moved occurrences
change-dropped = { $on } dropped
change-moved-to = { $on } moved to { $to }, { $hours }
undo-change = Undo
skip-on = Change this day
skip-to = Move it to
skip-help = The first alone drops that day; to move it fill in all four. It is listed here once saved.
window-zone = Another time zone
window-zone-help = Empty: the place’s own.
overnight-told = until { $to } the next day
hours-overnight = { $from }–{ $to } the next day
dates-from = from { $date }
dates-until = until { $date }
bad-rule-name = A name has { $max } characters at most; with an English one write a Chinese one too.
bad-order = The order must be a whole number.
bad-weight = The weight must be from 1 to { $max }.
bad-recurrence = The recurrence cannot be used: { $why }
bad-recurrence-first = With a recurrence, write the first date: it counts from there.
bad-hours-on = A row of other times is wrong: write times like 08:00; start and end must differ.
bad-also = Write added dates like 2027-01-01 with spaces between them, { $max } at most.
bad-changes = The dropped and moved occurrences cannot be read, or are more than { $max }. Open the form anew.
bad-skip = To change a day: its date alone drops it; to move it write the new date and times like 08:00.
bad-rule-crowded = “{ $zone }” has { $max } rules already; remove some first.
campaign = Campaign
campaigns-line = What was promised to somebody: public service, advertisements, drives. Plays are spread evenly; takes effect when published.
new-campaign = New campaign
edit-campaign = Edit campaign
save-campaign = Save campaign
remove-campaign = Remove campaign
no-campaigns = No campaigns yet
no-campaigns-help = Make one: say what plays, where, when and how much.
campaign-coming = coming
campaign-running = running
campaign-over = over
goal = Goal
goal-sort = Counted by
goal-amount = How much
goal-per-hour = Plays an hour
goal-share = Share of airtime (%)
goal-total = Plays in all, in each zone
goal-help = Counted in each zone. A share may have one decimal; plays in all need a last date.
goal-share-told = { $percent } % of airtime
per-hour-max = At most an hour
per-hour-max-help = May be empty.
campaign-dwell-help = Empty: each item’s own time. A movie always plays to its end.
campaign-order-help = Who goes first where not all fit; lower first.
phases = Phases
phases-help = From a date on, how heavy days are beside 100; such as 150 at the start, 50 at the close.
phase-from = From
phase-weight = How heavy
campaign-items = What plays
forecast = Will it be kept
forecast-coming = Counting plays in the published programmes …
forecast-before = Before
forecast-planned = Planned
forecast-promised = Promised
forecast-short = short
forecast-unpublished = not published here yet
forecast-nowhere = No zones.
forecast-far = Without a last date within 120 days it is not counted here.
said-campaign-saved = Campaign saved; takes effect when published.
said-campaign-removed = Campaign removed; takes effect when published.
warn-no-advertiser = The advertisement “{ $item }” names no advertiser and trade and is held to the strictest rules. Add them in the library and have it reviewed.
warn-barred = “{ $zone }” will not show it: { $why }.
bad-campaign-items = Choose 1 to { $max } items.
bad-campaign-item = “{ $item }” cannot be shown: { $why }. Have it approved first, or leave it out.
bad-campaign-crowded = “{ $zone }” has { $max } campaigns already; remove those that are over.
bad-goal = Choose what the goal counts.
bad-goal-per-hour = Plays an hour must be from 1 to { $max }.
bad-goal-share = The share of airtime must be from 0.1 to 100, with one decimal at most.
bad-goal-total = Plays in all must be from 1 to { $max }.
bad-goal-total-last = Plays in all need a last date, to be spread evenly until then.
bad-per-hour-max = At most an hour must be from 1 to { $max }, or empty.
bad-phases = A phase needs a date and a weight from 0 to { $max }.
order-sequence = in order
order-shuffle = shuffled
playlist-order = Order of play
playlist-order-help = Shuffled: mixed anew every day, the same on every screen.
playlist-network = Serves the network
playlist-network-none = none
playlist-network-help = Turns that ask for the network mean this list; a network has one.
serves-network = serves { $name }
add-list = Add a list
add-list-help = Plays all of that list here, and follows its changes.
own-networks = the zone’s own networks
turn-no-network-list = no list yet
turn-more = Weight and dates
bad-playlist-circle = A playlist cannot hold itself: { $way }. Nothing was saved.
bad-playlist-network = This network is served by “{ $name }” already; change that one first.
bad-playlist-nested = “{ $name }” holds this playlist; remove it there first.
bad-turn-dates = The weight must be from 1 to { $max }, and the last date not before the first.
advertiser-facts = Who advertises
advertiser = Advertiser
trade = Trade
related = Related tags
related-help = It never stands beside education whose tags start so, such as J or J45.
bad-advertiser = An advertisement names its advertiser and trade; { $max } related tags at most.
policy = Policy
policy-ads = May show advertisements
policy-ads-help = The hospital’s own choice; what the law bars from children’s zones stays barred.
policy-ad-hour = Advertisements, most of an hour (%)
policy-ad-ten-minutes = Advertisements, most of ten minutes (s)
policy-separation = Least time between rivals (s)
policy-separation-help = Other advertiser, same trade.
policy-public-service = Public service, at least (%)
policy-public-service-help = Of the day so far; 0 asks for nothing.
policy-qr = A still with its code stands at least (s)
policy-qr-help = Time to take out a phone; shorter items are held longer.
policy-stretch = A still may stand longer by (%)
policy-shrink = A still may stand shorter by (%)
policy-stretch-help = So that nothing is cut at the hour or between lists.
policy-transition = How stills change
policy-transition-fade = Fade over (0.5 s)
policy-transition-cut = Cut
policy-transition-push = Push from the right (0.6 s)
policy-transition-help = Movies always begin and end with a cut. On LED walls a cut is calmest.
bad-transition = Choose how stills change: fade, cut or push.
policy-blocks = Further bars
policy-blocks-help = Tick kinds of zone and trades; no trade ticked is every advertisement.
policy-block-trades = Trades barred there
bad-ad-hour = The share of an hour for advertisements must be from 0 to 100.
bad-ad-ten-minutes = Advertisements in ten minutes must be from 0 to { $max } s.
bad-public-service = The share of public service must be from 0 to 100.
bad-separation = The time between rivals must be from 0 to { $max } s.
bad-qr = The time for a code must be from 0 to { $max } s.
bad-stretch = Longer must be from 0 to 100.
bad-shrink = Shorter must be from 0 to 100.
bad-block = A bar needs at least one kind of zone.
no-ads = No advertisements
no-ads-help = Whatever the site allows.
open-hours-help = An end at or before the start lies on the next day.
open-on = Hours on kinds of day
open-on-help = Goes before the weekday; the calendar says what a day is.
zone-sound = Sound
zone-volume = Loudest, in percent
zone-quiet = Quiet hours
zone-sound-help = 0 is mute with captions, which every zone is unless you choose otherwise. In quiet hours it is mute every day; they may go on over midnight. Leave them empty for none. Holds from the next publication on.
bad-volume = The volume is a whole number from 0 to { $max }.
bad-volume-never = This zone is mute for ever: no volume can be set.
bad-quiet = Quiet hours are two times that differ, such as 22:00–07:00.
bad-quiet-many = There are { $max } quiet hours at the most.
zone-power = Power plan
zone-power-what = Displays
zone-power-no = Left alone: always lit
zone-power-yes = Switched by the opening hours
zone-power-before = On, minutes before opening
zone-power-after = Off, minutes after closing
zone-power-help = Never off while the zone is open; holidays go by the calendar and the hours above. The box must know how to switch its display (HDMI-CEC, a serial port and others). Holds from the next publication on.
bad-power = Minutes are whole numbers from 0 to { $max }.
open-on-weekday = as its weekday
open-on-closed = closed
open-on-hours = hours:
bad-open-on = Write hours on kinds of day like 07:30; start and end must differ.
bad-tags = At most { $max } tags of 20 characters each.
goal-per-hour-told = { $count ->
        [one] 1 play an hour
       *[other] { $count } plays an hour
    }
goal-total-told = { $count ->
        [one] 1 play in each zone
       *[other] { $count } plays in each zone
    }
hours-on-count = { $count ->
        [one] 1 other time
       *[other] { $count } other times
    }
also-count = { $count ->
        [one] 1 added date
       *[other] { $count } added dates
    }
changes-count = { $count ->
        [one] 1 change
       *[other] { $count } changes
    }
forecast-more = { $count ->
        [one] 1 more zone is not listed.
       *[other] { $count } more zones are not listed.
    }

evergreen = Evergreen set
evergreen-help = Where the programme cannot be shown (it is damaged, or has nothing to show in opening hours), screens go round through the approved health education in here. Up to { $items } items and { $size } MiB; it reaches the screens when you publish.
evergreen-site = Hospital or pharmacy
evergreen-pin = Pin as evergreen set
evergreen-unpin = Pin none
evergreen-holds = { $count ->
    [one] 1 item can be shown, { $size } MiB
   *[other] { $count } items can be shown, { $size } MiB
}
evergreen-nothing = None of this set can be shown now: where a programme cannot be shown, screens fall to the built-in card. Add approved health education to the list.
evergreen-none = No set is pinned: where a programme cannot be shown, screens fall to the built-in card. Open a list and pin it.
evergreen-ends = ends { $when }
evergreen-no-item = left out: a list, no item
evergreen-not-approved = left out: not approved, or withdrawn
evergreen-other-class = left out: no health education
evergreen-over = left out: expired
evergreen-too-many = left out: more items than a set may hold
evergreen-too-large = left out: the files are larger than a set may be
said-evergreen-pinned = { $count ->
    [one] Pinned as the evergreen set of { $name }: 1 item can be shown. Publish to send it to the screens.
   *[other] Pinned as the evergreen set of { $name }: { $count } items can be shown. Publish to send them to the screens.
}
said-evergreen-unpinned = No evergreen set is pinned any more. Publish to tell the screens.
bad-evergreen-empty = Not pinned: the list holds no approved health education that has not expired. Add some first.
bad-playlist-pinned = This playlist is the evergreen set of a site; pin none on that site’s page first.
rung = Standing in
rung-evergreen = the evergreen set (the programme has nothing to show, or cannot be read)
rung-card = the built-in card (neither programme nor evergreen set has anything to show)
rung-other = something of a newer player
