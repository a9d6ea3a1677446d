# Queue calls
calls-title = Queue calls
calls-line = The queue system sends calls over the interface; within a second screens show who is called to which room, beside the programme and never over it.
calls-zones = Zones that show calls
calls-zones-help = Takes effect as soon as it is saved. A call stands for 12 seconds, or at least 5 where others wait.
calls-no-zones = This site has no zones yet.
calls-key = Interface key
calls-key-once = Copy it now and give it to whoever runs the queue system: it is not shown again once you leave this page.
calls-key-since = A key was made on { $when }. Only its digest is kept, so it cannot be shown again.
calls-no-key = There is no key yet, so the queue system cannot call anybody.
calls-key-make = Make a key
calls-key-renew = Make another key
calls-key-renew-help = The key before stops working at once when another one is made or it is ended.
calls-key-end = End the key
calls-how = How to call
calls-how-help = Without a zone, every zone of this site that shows calls shows it. A name may be left out; where there is one, the queue system must mask it first, such as “张*明”. Nothing of a call is kept or logged.
calls-link = Queue calls: zones that show them, and the interface key
said-calls-zones = { $count ->
    [one] { $count } zone shows calls.
   *[other] { $count } zones show calls.
}
said-calls-key-ended = The key was ended.
