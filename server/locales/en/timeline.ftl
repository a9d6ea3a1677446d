# The timeline, a screen's day, why this is on

nav-timeline = Timeline
timeline-line = When the rules of the draft are on the air in every zone; screens follow when you publish. The band on top is the level that wins.
timeline-view = View
timeline-legend = Legend
timeline-keys = Drag a block to move it, drag an end to resize it, in steps of 15 minutes. Keys: arrows move, Shift + left or right moves the end, Shift + up or down the start, Enter confirms or opens the occurrence, Delete drops it, Esc gives up.
timeline-whole = a whole day moves from day to day: use the week
view-day = Day
view-week = Week
timeline-earlier = Earlier
timeline-later = Later
legend-beaten = Hatched: a higher level is on
legend-campaign = Campaign
legend-shut = Closed
timeline-campaign = Campaign
block-moved = planned for { $date }
block-dropped = dropped this once
block-beaten = a higher level is on for part of it
change-occurrence = Change this occurrence
change-planned = planned for { $when }
change-open-rule = Open the rule
change-date = Starts on
change-next-day = Ends on the next day
change-scope = Change which
scope-this = This one only
scope-following = This and following
scope-all = All
scope-help = Days that were changed singly stay as they are. “This and following” makes a rule of its own from that day on.
change-zones = This changes the rule wherever it holds:
change-clocks = times by { $zone }
change-drop = Drop
change-drop-ask = Drop:
change-restore = Back to the plan
said-occurrence-moved = Timeline changed; screens follow when you publish.
said-occurrence-dropped = Dropped; screens follow when you publish.
bad-change-scope = Choose which to change.
bad-change-date = This is no date.
bad-change-end = The end must come after the start; for the next day, tick “Ends on the next day”.
bad-change-whole = Exactly 24 hours go from 00:00 to 24:00 only. From another hour make it shorter, or open the rule.
bad-change-gone = There is no such occurrence on { $date }.
bad-change-full = { $count } days were changed singly already: change the rule itself.
bad-change-weekday = This rule does not go by weekdays, so the whole of it cannot move to another date: change this one only, or open the rule.
bad-change-added = { $date } is an added day: change this one only.
bad-change-off-plan = By its other conditions the rule is not on the air on { $date }. Open the rule to change them.

# A screen's day
screen-day = Day
previous-day = Day before
next-day = Day after
day-is-past = This is worked out from the programmes; what screens proved they showed is in the
day-nothing-help = No programme was published for this day.
by-hour = By hour
one-hour = One hour only
all-hours = Show the whole day
plays-count = { $count ->
        [one] 1 play
       *[other] { $count } plays
    }
day-time = Time
put-there-by = Put there by
by-class = By class
times-shown = Times
day-no-items = No item is shown on this day.

# Why this is on
why-this = Why is this on screen?
why-won = on the air
why-nobody = No rule or campaign has anything to show at this time.
who-rule = Rule
who-campaign = Campaign
who-floor = Policy
showing-before = What was before
showing-after = What comes after

# Before publishing
outlook = Publish preview
outlook-line = Which screens would show something else, and when, if you published now.
outlook-look = See which times change
outlook-loading = Working it out…
outlook-span = How far ahead
outlook-day = 24 hours
outlook-week = A week
problems-blocked = { $count ->
        [one] 1 thing must be put right before anything can be published
       *[other] { $count } things must be put right before anything can be published
    }
problems-left-out = { $count ->
        [one] 1 more is not listed; it comes into sight as others are put right.
       *[other] { $count } more are not listed; they come into sight as others are put right.
    }
outlook-notes = Worth knowing
outlook-must = must be put right
outlook-takeover = takes over { $at }
outlook-same = nothing changes in this span
outlook-changes = something else for { $length } in all
outlook-hours = { $count ->
        [one] 1 stretch, { $length }
       *[other] { $count } stretches, { $length } in all
    }
outlook-example = such as
outlook-rest = { $count ->
        [one] 1 more stretch
       *[other] the other { $count } stretches
    }
outlook-more-hours = { $count ->
        [one] hours on 1 more occasion
       *[other] hours on { $count } more occasions
    }
zones-left-out = { $count ->
        [one] 1 more zone would change and is not listed.
       *[other] { $count } more zones would change and are not listed.
    }
outlook-more = { $count } more
outlook-before = Now
outlook-after = After publishing
trouble-short = Campaign “{ $name }” falls short: { $planned } plays planned, { $promised } promised
trouble-empty = From { $from } to { $to } there is nothing to show but the built-in card
trouble-ends = “{ $name }” ends at { $at } and is not shown after that
bad-publish-problems = Something in the draft must be put right first; nothing was published.
