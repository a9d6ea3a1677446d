# Words of the console.
# The variables are those of the Chinese file; a test compares them.

# Product and frame
product = Anteroom
product-line = Health media for hospital waiting rooms
skip-to-content = Skip to content
menu = Menu
theme-auto = Appearance: as the system
theme-light = Appearance: light
theme-dark = Appearance: dark
nav-overview = Overview
nav-screens = Screens
nav-media = Media
nav-playlists = Playlists
nav-rules = Rules
nav-publish = Publish
nav-clinics = Clinics
nav-report = Report
nav-admin = Admin
pages = Pages
previous = Previous
next = Next
newer = Newer
older = Older
search = Search
show = Show
save = Save
cancel = Cancel
edit = Edit
change = Change
remove = Remove
add = Add
set = Set
more = More
choose = Choose
actions = Actions
state = State
facts = Facts
from = From
to = To
date = Date
today = Today
tomorrow = Tomorrow
id = Code
id-help = Letters, digits, dots and dashes, 64 at most; fixed once made.
name-zh = Name (Chinese)
name-en = Name (English)
nothing-found = Nothing matches
list-separator = {", "}

# Numbers
screens-count = { $count ->
        [one] 1 screen
       *[other] { $count } screens
    }
turns-count = { $count ->
        [one] 1 item
       *[other] { $count } items
    }
zones-count = { $count ->
        [one] 1 zone
       *[other] { $count } zones
    }
rules-count = { $count ->
        [one] 1 rule
       *[other] { $count } rules
    }
turns-passed-over = { $count ->
        [one] 1 item is passed over
       *[other] { $count } items are passed over
    }
plays-waiting = { $count ->
        [one] 1 play to send
       *[other] { $count } plays to send
    }
used-in = { $count ->
        [one] in 1 playlist
       *[other] in { $count } playlists
    }

# Times
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
ago-now = just now
ago-seconds = { $count } s ago
ago-minutes = { $count } min ago
ago-hours = { $count } h ago
ago-days = { $count ->
        [one] 1 day ago
       *[other] { $count } days ago
    }
every-day = Every day
workdays = Monday to Friday
all-day = all day
secs = s

# Signing in and accounts
sign-in = Sign in
sign-out = Sign out
account-name = Account name
account-name-help = 2 to 32 characters; used to sign in.
display-name = Full name
password = Password
password-help = At least 12 characters and not a common one; a sentence is easiest to remember.
setup = First set-up
setup-line = Make the first administrator. Add everybody else later under Admin.
setup-code = One-time set-up code
setup-code-help = Printed by the server when it started, in its terminal or log; 15 characters.
setup-do = Make the account and enter
my-account = My account
change-password = Change password
current-password = Current password
new-password = New password
my-sign-ins = Where I am signed in
this-browser = this browser
sign-out-everywhere = Sign out everywhere
accounts = Accounts
add-account = Add account
role = Role
role-help = Admins manage accounts and boxes; media editors upload, arrange and publish; reviewers approve; the clinic office enters cancellations; viewers only look. Nobody approves what they uploaded.
role-admin = Administrator
role-editor = Media editor
role-reviewer = Reviewer
role-clinic = Clinic office
role-viewer = Viewer
account-closed = closed
this-is-you = you
reset-password = Reset password
close-account = Close account
audit = Audit
audit-empty = Nothing has been recorded yet.
audit-when = When
audit-who = Who
audit-what = What
audit-subject = To what

# Overview
site = Site
all-sites = All sites
all-screens = All screens
troubles = Troubles
standing-online = Online
standing-updating = Updating
standing-offline = Offline
standing-unpaired = Not paired
keeps-step = Keeps step
frames-late = 95 of 100 frames come within { $late } ms of their time; { $skipped } were left out so far
clock-error = Its clock is right to { $error } ms
clock-own = Its clock is not disciplined by the server: the box goes by its own
link-carrier = Connection
over-tcp = Over TCP (UDP is blocked): have the firewall let UDP through to the link's port
online-since = Online, connected { $ago }
offline-since = Offline, last heard { $ago }
offline-never-seen = Offline, not heard since pairing
updating-left = Updating, { $mib } MiB to go
waiting-for-review = To review
waiting-to-publish = Screens to publish
showing-strip = Clinic times
showing-closed = Zone closed, screen at rest
showing-fallback = Nothing to play, built-in card
nothing-published = Nothing published yet
no-screens = No screens yet
no-screens-help = Add a site, zones and screens first, then pair a box with each screen.
no-screens-here = No screen is in this state
add-screens = Add screens
first-steps = First steps
step-pair = Pair the first box: type the 8-letter code it shows
step-account = Add a reviewer: uploads need a second person’s approval
step-publish = Publish: let the screens play

# Screens and places
screens = Screens
screen = Screen
zone = Zone
zone-kind = Kind of zone
building = Building
buildings = Buildings
building-help = Saving under a known code renames that building.
save-building = Save building
floor = Floor and wing
add-site = Add site
edit-site = Edit site
site-kind = Kind
hospital = Hospital
pharmacy = Pharmacy
city = City code
city-help = Six-digit administrative code.
time-zone = Time zone
booking-url = Booking address
booking-url-help = The phone’s clinic page hands over to it; starts with https://; may be empty.
add-zone = Add zone
edit-zone = Edit zone
remove-zone = Remove zone
child-zone = Children’s zone
child-zone-help = No advertisements for treatment, drugs, devices, health food, cosmetics, alcohol or beauty.
open-hours = Opening hours
strip-departments = Departments on its clinic strip
networks = Networks
add-screen = Add screen
remove-screen = Remove screen
search-screens = Name or code of a screen or zone
no-places = No sites yet
no-places-help = Start with “Add site”: site → building → zone → screen.
measures = Place and measures
pixels = Pixels
width-px = Width (pixels)
height-px = Height (pixels)
width-mm = Lit width (mm)
distance-cm = Nearest seat (cm)
screen-role = Purpose
screen-role-full = Items with clinic strip and codes
screen-role-strip = Clinic times only
short-code = Short code
live-picture = Live picture of the screen
picture-at = Picture of { $time }
no-picture = No picture yet: it comes a few seconds after the screen connects.
now-showing = Now showing
next-showing = Next
why = Why
why-rule = Playlist “{ $playlist }”, level: { $level }
last-beat = Last heartbeat
box = Box
no-box = No box lights this screen.
paired-by = Paired by
player-version = Player version
replace-box = Replace the box
detach = Detach (box becomes spare)
unpair = Unpair
use-spare = Use a spare box
attach = Attach
spare-boxes = Spare boxes
spare-boxes-help = Paired boxes without a screen. Open a screen to attach one.
pair-box = Pair a box
pair-help = Stand in front of the screen and type the 8-letter code it shows.
pair-code = Code on the screen
pair-code-help = Case and dashes do not matter. Valid for 10 minutes, five tries.
pair-screen = Which screen is it
pair-screen-help = Choosing a screen that has a box replaces it: the old box is unpaired at once.
pair-do = Pair
boxes-waiting = Boxes waiting
no-boxes-waiting = No box is waiting now.
pair-step-1 = Connect the box to power, network and screen.
pair-step-2 = The screen shows an 8-letter code and the server’s address.
pair-step-3 = Type the code here and choose the screen.
waiting-since = waiting since { $ago }

# Media
library = Library
review = Review
add-media = Add an item
add-media-line = Choose a picture or an MP4; without a file it is a text card. Another account reviews it afterwards.
add-media-do = Submit for review
search-media = Title or code
all-states = All states
all-classes = All classes
no-media = The library is empty
no-media-help = Use “Add an item” to upload a picture or movie, or to write a text card.
review-waiting = Waiting
review-approved = Approved
review-returned = Returned
review-withdrawn = Withdrawn
over = Over
class = Class
class-help = Its legal class; decides where it may be shown.
title-zh = Title (Chinese)
title-en = Title (English)
body-zh = Text (Chinese)
body-en = Text (English)
source = Source
source-zh = Source (Chinese)
source-en = Source (English)
source-help = Health education must name its source, such as a guideline and its year.
audience = For whom
audience-zh = For whom (Chinese)
audience-en = For whom (English)
expires = Last day on the air
expires-help = May be empty; afterwards screens stop showing it by themselves, even offline.
file = File
file-help = PNG, JPEG or WebP (up to 64 MiB, 64 megapixels), or a movie as MP4 or WebM (up to 2 GiB, 10 minutes): H.264 plays on every box, HEVC, VP9 and AV1 where it has a decoder.
uploading = Uploading
version = Version { $number }
versions = Versions
no-english = No English yet.
reviewed-at = Reviewed
review-by = Review again by
used-where = Used in
used-nowhere = No playlist uses it yet.
review-not-own = You submitted this; another account must review it.
review-waits = Waiting for a reviewer.
check-dose = Could a dose or instruction be misread?
check-absolute = Any absolute claim: cure, guarantee, best?
check-audience = Is it clear whom it is for?
check-when = Does it say when to see a doctor?
approve = Approve
return = Send back
return-reason = Reason for sending back
change-words = Change the words
change-words-help = Saved as a new version that is reviewed again; screens keep the old one until then.
save-version = Save as a new version
withdraw = Take off the air
withdraw-help = Leaves every screen and phone page at once; screens that are offline follow when they connect. It cannot be undone, only submitted anew.
withdraw-reason = Reason
withdraw-do = Take off the air now
review-empty = Nothing to review
review-empty-help = New submissions appear here.
review-line = The longest waiting first.
made-by-you = yours
item = Item

# Playlists
playlist = Playlist
playlists-line = Changes are kept here and reach the screens when you publish.
no-playlists = No playlists yet
no-playlists-help = Make one, add approved items, then put it on screens with a rule.
new-playlist = New playlist
new-playlist-do = Make it
no-rule = no rule, not shown
playlist-needs-rule = No rule puts this playlist on a screen yet.
add-rule-for = Add a rule
to-publish = Go to publish
total-length = total
turns = Order
no-turns = The playlist is empty: add items from the list beside it.
dwell-secs = Seconds on screen
move-up = Move up
move-down = Move down
turn-waiting = waiting for review
turn-returned = sent back
turn-withdrawn = taken off the air
turn-missing = not there any more
turn-expired = expired
turn-review = must be reviewed again
turn-early = not yet on the air
add-items = Add items
no-offers = No approved items to add.
rename-or-remove = Name, order, network, or remove
remove-playlist = Remove playlist

# Rules
rules-line = Which playlist, where, when and how urgent. Equals take turns; higher levels come first.
new-rule = New rule
edit-rule = Edit rule
save-rule = Save rule
remove-rule = Remove rule
no-rules = No rules yet
no-rules-help = Make a rule to put a playlist on screens.
no-rules-playlist-first = Make a playlist first.
level = Level
level-help = Only the highest level on the air is shown; fallback when there is nothing else, insert before all others.
where = Where
when = When
days = Days
to-help = 24:00 is the end of the day; earlier than the start means the next day.
first-date = First date
last-date = Last date
dates-help = Empty means for ever.
everywhere = Everywhere
zone-kinds = By kind of zone
sites-and-zones = By site and zone
whole-site = The whole site
take = Take
leave-out = Leave out
rule-except = , except { $zones }

# Publish
publish-line = See which screens change before you publish; they switch when the current item ends.
would-change = { $screens ->
        [one] 1 screen
       *[other] { $screens } screens
    } in { $zones ->
        [one] 1 zone
       *[other] { $zones } zones
    } would change
publish-to = { $count ->
        [one] Publish to 1 screen
       *[other] Publish to { $count } screens
    }
empty-zones = { $count ->
        [one] 1 zone has
       *[other] { $count } zones have
    } nothing to play and would show the built-in card. Check rules and playlists.
nothing-playable = nothing to play
no-screens-in-zone = no screens in it
nothing-to-publish = Nothing to publish
nothing-to-publish-help = Screens play what stands here. Come back after changing playlists, rules or screens.
published-before = Published before
undo-last = Undo the last publication
undo-help = Screens go back to what they played before; your changes stay here and can be published again.
never-published = Never published yet.
publication-publish = Published
publication-undo = Undone
publication-recall = Item taken off
publication-clinic = Clinic change
undone = undone

# Clinics
doctor = Doctor
half = Half-day
whole-day = Whole day
room = Room
room-help = Empty: the usual room.
clinic-held = as planned
clinic-added = added
clinic-stopped = cancelled
clinic-substituting = sitting for { $name }
clinic-substituted = cancelled, { $name } sits
clinic-moved = moved to { $date }
clinic-changes = Changes on this day
withdraw-change = Withdraw
no-clinics = No clinics on this day
no-doctors = No doctors are known yet.
clinic-enter = Enter a change
clinic-what = What changes
change-stopped = Cancelled
change-substituted = Substitute
change-moved = Moved
change-added = Added
substitute = Who sits instead
moved-to = Moved to
reason-zh = Reason in Chinese (optional)
reason-en = Reason in English (optional)
clinic-do = Save and show
clinic-clash = The substitute already sits in { $room } then. Enter it all the same?
clinic-anyway = Save it all the same

# Report
report-line = Only plays signed by a box and checked one by one are counted.
from-day = From
to-day = To
plays = Plays
completion = Completed
airtime = Time on glass
lit = Display on
lit-unknown = not known
lit-line = Of the time for which the box could read whether its display has power; many displays do not tell.
opens = Page opens
clinic-opens = Clinic page opens
by-item = By item
by-screen = By screen
no-plays = No plays in these days.
report-unproven = { $gaps } plays cannot be proven, and { $batches } batches were not counted.

# What was done
said-signed-out = You are signed out.
said-saved = Saved.
said-place-saved = Saved; takes effect when published.
said-account-added = Account added: { $name }.
said-account-changed = Account changed: { $name }.
said-account-closed = Account closed: { $name }.
said-screen-added = Screen added: { $name }. Pair a box next, and publish.
said-screen-removed = Screen removed: { $name }.
said-zone-removed = Zone removed: { $name }.
said-paired = Paired: { $name }. Its picture comes in a few seconds.
said-attached = Attached: { $name }.
said-detached = Detached: { $name }; its box is spare now.
said-unpaired = Unpaired: { $name }.
said-media-added = Submitted; another account reviews it now.
said-approved = Approved: { $name }.
said-returned = Sent back: { $name }.
said-withdrawn = { $count ->
        [one] Taken off the air; 1 zone changed at once.
       *[other] Taken off the air; { $count } zones changed at once.
    }
said-playlist-added = Made; add items now.
said-playlist-removed = Playlist removed.
said-rule-saved = Rule saved; takes effect when published.
said-rule-removed = Rule removed; takes effect when published.
said-published = { $count ->
        [one] Published to 1 screen.
       *[other] Published to { $count } screens.
    }
said-undone = { $count ->
        [one] Undone; 1 screen goes back.
       *[other] Undone; { $count } screens go back.
    }
said-clinic-told = { $count ->
        [one] On the screens of 1 zone now.
       *[other] On the screens of { $count } zones now.
    }
said-clinic-kept = Saved. No screen shows this clinic at present.

# What is wrong with a form
bad-sign-in = The account name or password is wrong. Try again.
bad-sign-in-rest = Too many wrong tries. Wait five minutes, then try again.
bad-setup-code = The set-up code is wrong. Use the one printed when the server was last started.
bad-account-name = The account name needs 2 to 32 letters, digits, dots or dashes.
bad-account-taken = This account name is taken; choose another.
bad-display-name = Enter the full name, 80 characters at most.
bad-role = Choose a role.
bad-own-account = Your own account is not changed here: ask another administrator, or use “My account”.
bad-current-password = The current password is wrong.
bad-password-short = The password is too short: at least { $count } characters.
bad-password-long = The password is too long: 256 characters at most ({ $count } at least).
bad-password-common = This password is too common or too regular and easily guessed. Use a sentence of { $count } characters or more.
bad-name = Enter the Chinese name, 80 characters at most.
bad-id = The code may have letters, digits, dots, dashes and underscores, 64 at most.
bad-id-taken = This code is taken; choose another.
bad-zone = Choose a zone.
bad-building = Choose a building.
bad-kind = Choose the kind of zone.
bad-hours = Write opening hours like 07:30; start and end must differ.
bad-city = The city code has six digits.
bad-time-zone = No such time zone; use a name like Asia/Shanghai.
bad-booking-url = The booking address must start with https://.
bad-width-px = The width must be from { $min } to { $max } pixels.
bad-height-px = The height must be from { $min } to { $max } pixels.
bad-width-mm = The lit width must be from { $min } to { $max } mm.
bad-distance-cm = The seat’s distance must be from { $min } to { $max } cm.
bad-screen-lit = A box lights this screen: detach or unpair it first.
bad-zone-in-use = The zone still has screens, or it was published and stays in the books. Rename it or close its hours instead.
bad-pair-screen = Choose the screen to pair.
bad-pair-code = This is not a pairing code: eight letters or digits, without O, I, L, U, 0 and 1.
bad-pair-wrong = { $count ->
        [one] No box shows this code; check the screen and type it again. One try left.
       *[other] No box shows this code; check the screen and type it again. { $count } tries left.
    }
bad-pair-expired = This code has run out; the screen shows a new one now. Type that.
bad-pair-gone = The box went away. Wait until it shows a new code, then type that.
bad-pair-locked = Too many wrong codes; pairing rests. Try again in { $time }.
bad-assign-taken = This screen has a box already: detach it first, or replace it.
bad-assign-zone = The box lights screens in another zone, and one box serves one zone.
bad-assign-spare = This box has screens already; only a spare box can take over.
bad-class = Choose a class.
bad-title = Enter the Chinese title, 80 characters at most.
bad-body = Health education needs a Chinese text; the phone page shows it.
bad-card-body = Without a file this is a text card: write its Chinese text, or choose a file.
bad-source = Health education must name its source.
bad-expires = The last day is not a date, or lies in the past.
bad-file-empty = The file is empty (0 bytes) and was not kept. Check the original and choose it again.
bad-file-unknown = The file is none of PNG, JPEG, WebP, MP4 or WebM. Export it as one of these and upload it again.
bad-file-damaged = The file is damaged and cannot be read to its end ({ $why }). Export it anew from the original.
bad-file-large = The file is too large: { $max } MiB at most. Make it smaller and upload it again.
bad-picture-large = The picture has { $width } × { $height } pixels, too many: 16,384 a side and 64 million in all at most. Scale it down and upload it again.
bad-no-ffmpeg = ffmpeg is not installed on the server, so movies cannot be checked. Ask the administrator to run: apt install ffmpeg. Pictures and text cards work as usual.
bad-movie-codec = The movie is { $found }, which players cannot show. Export it as MP4 with H.264 (8-bit 4:2:0) and AAC sound; HEVC, VP9 and AV1 with AAC, Opus or Vorbis are taken, too.
bad-movie-size = The movie is { $width } × { $height }; 4096 × 2304 at most. Scale it down and upload it again.
bad-movie-length = The movie lasts { $seconds } s; from 1 s to 10 minutes is possible. Cut it and upload it again.
bad-movie-turned = The movie is stored on its side and turned while playing. Export it upright.
bad-movie-slow = Checking the movie took longer than { $seconds } s and was stopped. Make it shorter or smaller.
bad-disk-full = The server’s disk is full; the file was not kept and nothing else was lost. Ask the administrator to make room, then try again.
bad-own-review = You cannot review what you submitted; another account must.
bad-reason = Give a reason.
bad-dwell = The time must be from { $min } to { $max } seconds.
bad-playlist-full = The playlist is full: { $count } items at most.
bad-playlist-in-use = A rule still uses this playlist; remove the rule first.
bad-rule-playlist = Choose a playlist.
bad-rule-place = Choose at least one place.
bad-rule-days = Choose at least one weekday.
bad-rule-times = Write times like 08:00; start and end must differ.
bad-rule-dates = The dates are wrong, or the last comes before the first.
bad-rule-level = Choose a level.
bad-nothing-to-publish = There is nothing to publish.
bad-nothing-to-undo = There is no publication to undo.
bad-clinic-doctor = Choose a doctor.
bad-clinic-date = The date is not one.
bad-clinic-past = This day is past and cannot be changed.
bad-clinic-half = Choose a half-day.
bad-clinic-change = Choose what changes.
bad-clinic-substitute = Choose another doctor as substitute.
bad-clinic-to = Choose the other day; it cannot be the same one.
bad-report-dates = The last day comes before the first.
bad-report-long = { $count } days at most in one report.

# Pages of failure
back-to-start = Back to the first page
request-number = Request { $id }
fault-not-found = No such page
fault-not-found-text = The address is wrong, or the thing was removed. Start again from the menu.
fault-forbidden = Your role may not do this
fault-forbidden-text = If you need it, ask an administrator to change your role.
fault-foreign = The request did not come from this console
fault-foreign-text = For safety nothing was done. Go back to the console and try again.
fault-form = The form could not be read
fault-form-text = Nothing was saved. Go back and try again; a file that is too large also ends here.
fault-changed = Somebody else changed it
fault-changed-text = Your change was not saved, so as not to overwrite theirs. Go back, reload and do it again.
fault-disk-full = The server’s disk is full
fault-disk-full-text = Nothing was saved and nothing was lost; screens play on. Ask the administrator to make room, then try again.
fault-internal = The server failed
fault-internal-text = It was not completed; screens play on. Try again; if it fails again, tell the administrator the number below.

# What was on a screen
at-title = What was on a screen
at-line = Choose a screen and a time to see what was shown and what vouches for it, or what is known where no play is.
at-when = Time
at-version = version { $version }
at-from = Shown
at-approved = Approved by
at-published = Programme
at-batch = Batch
at-batch-words = Plays { $first } to { $last } of log { $log }, came { $when }
at-planned-for = Planned
at-rendered = Rendered
at-rendered-words = { $frames } frames, print { $print }
at-no-proof = Not told: the player was older
at-no-print = none (too short)
at-lit-words = { $lit } of the { $read } for which it could be read
at-signature = Signature
at-complete = complete
at-preempted = preempted
at-interrupted = interrupted
at-certified = Good, by the box; a certificate names its key
at-signed = Good, by the box; the server vouches for its key
at-unsigned = Wrong: it proves nothing
at-before = Before
at-after = After
at-planned = Planned then
at-heard = heard last
at-why-future = That moment has not come
at-why-never = No play of this screen was received of then or before
at-why-nothing = Nothing was shown: the log goes on without a hole
at-why-gap = Not known: plays in between are lost
at-why-not-counted = Not known: plays in between came and could not be counted
at-why-other-log = Not known: another log or another box came after
at-why-away = Not known yet: the box has sent nothing of so late
bad-at-screen = There is no such screen: choose one from the list.
bad-at-time = Give a date and a time.
