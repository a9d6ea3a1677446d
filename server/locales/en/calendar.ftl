# The calendar

nav-calendar = Calendar
year = Year
calendar-line = Holidays, make-up workdays, closures. Rules and clinics go by this calendar.
calendar-every-site = Every site
calendar-notice-loaded = This year's holiday notice was loaded { $when }, from { $source }
calendar-notice-missing = The holiday notice of { $year } is not loaded: days without a mark go by their weekday.
calendar-legend = Legend
legend-holiday = statutory holiday
legend-experts-off = holiday, no expert clinics
legend-makeup = make-up workday
legend-follows = follows Thursday, or another day
legend-closed = closed
legend-differs = differs at some site
mark-holiday = H
mark-experts-off = E
mark-makeup = W
mark-closed = X
mark-follows-1 = Mo
mark-follows-2 = Tu
mark-follows-3 = We
mark-follows-4 = Th
mark-follows-5 = Fr
mark-follows-6 = Sa
mark-follows-7 = Su
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
calendar-change = Set days
calendar-first = First day
calendar-last = Last day
calendar-last-help = Empty: one day.
calendar-kind = These days are
calendar-kind-help = “Follows Thursday”: the clinic timetable of that weekday; a weekend then counts as a make-up workday.
calendar-site-help = A site's own day goes before one of every site.
calendar-follows-publishing = Clinics follow as soon as you save; rules that go by days reach the screens when you publish.
calendar-save = Save
calendar-remove = Make plain again
calendar-days = Special days of the year ({ $count })
calendar-no-days = No special days in this year yet. Import a holiday notice, or add them above.
days-count = { $count ->
        [one] 1 day
       *[other] { $count } days
    }
calendar-import = Import
calendar-import-line = See first what would change; nothing is written until you say so.
calendar-import-wrong = This file cannot be used:
calendar-file = File
calendar-file-help = A holiday notice as JSON (the holiday-cn form) or iCalendar (.ics), at most 1 MiB.
calendar-import-site-help = Closures usually belong to one site, holiday notices to every site.
calendar-preview = Preview
calendar-preview-title = Preview of the import
calendar-notice-of = holiday notice of { $year }
calendar-warnings = Please note
calendar-counts = { $added } new, { $changed } changed, { $unchanged } unchanged
calendar-apply = Import
calendar-becomes = After the import
calendar-was = Now
calendar-new = new
calendar-kept = not in the file, stays
said-calendar-saved = { $count ->
        [one] Calendar saved; clinics of 1 zone follow now, rules when you publish.
       *[other] Calendar saved; clinics of { $count } zones follow now, rules when you publish.
    }
said-calendar-removed = { $count ->
        [one] Plain days again; clinics of 1 zone follow now, rules when you publish.
       *[other] Plain days again; clinics of { $count } zones follow now, rules when you publish.
    }
said-calendar-imported = { $count ->
        [one] Imported; clinics of 1 zone follow now, rules when you publish.
       *[other] Imported; clinics of { $count } zones follow now, rules when you publish.
    }
bad-calendar-dates = The dates are wrong, or the end is before the start.
bad-calendar-long = At most { $count } days at once.
bad-calendar-kind = Choose what these days are.
bad-calendar-name = Write a name of at most { $count } characters.
bad-calendar-site = There is no such site.
bad-calendar-no-file = Choose a file.
