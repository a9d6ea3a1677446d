# What is checked before publishing; what was planned and what was played

fault-problems = Not published yet
fault-problems-text = Something in the draft must be put right first; nothing was published. The page Publish says what.

planned-title = Planned and played
planned-line = What each screen was to play on a day by its programme, and what its box proved that it played.
planned-place = Place
planned-whole-site = the whole site
planned-planned = Planned
planned-played = Played
planned-difference = Difference
planned-delivery = Delivered
planned-airtime = Planned time
planned-airtime-played = Played time
planned-nothing = Nothing was planned and nothing was played on this day.
planned-so-far = The day is not over: plans count up to now, and boxes may still have plays to send.
