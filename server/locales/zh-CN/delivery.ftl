# 已发布内容的送达进度
delivery = 送达情况
delivery-line = 每块屏都会逐步回执：已收到、已下载、已上屏。
delivery-of = 第 { $version } 版的送达情况
delivery-look = 逐屏查看
delivery-total = { $count } 块屏
delivery-sum = { $total }：{ $parts }
delivery-comma = ，
delivery-part-shown = { $count } 块已显示第 { $version } 版
delivery-part-shown-newest = { $count } 块已显示最新版
delivery-part-unheard = { $shown }（其中 { $count } 块此后离线）
delivery-part-fetched = { $count } 块已下载完，到点切换
delivery-part-fetching = { $count } 块正在下载（还差 { $left }）
delivery-part-told = { $count } 块已通知
delivery-part-unlit = { $count } 块没有盒子
delivery-part-offline = { $count } 块离线
delivery-part-offline-since = { $count ->
    [1] 1 块自 { $time } 起离线
   *[other] { $count } 块离线，最早自 { $time } 起
}
delivery-part-held-up = { $count } 块受阻
delivery-behind = { $total } 块屏中有 { $count } 块尚未显示第 { $version } 版
delivery-behind-newest = { $total } 块屏中有 { $count } 块尚未显示最新版
delivery-all-well = 所有屏都已显示所发布的内容
delivery-all-well-help = 以后每次发布，都可以在这里逐屏跟踪。
delivery-nothing = 这些屏还没有发布过内容
delivery-nothing-found = 没有符合条件的屏
delivery-bytes = { $mib } MiB
delivery-left = { $word }，还差 { $left }

delivery-held-up = 受阻
delivery-offline = 离线
delivery-unlit = 没有盒子
delivery-told = 已通知
delivery-fetching = 正在下载
delivery-fetched = 已下载
delivery-shown = 已显示
delivery-shown-unheard = 已显示，此后离线
delivery-behind-all = 尚未显示

delivery-why-offline = 盒子在收齐之前断开了。
delivery-why-never-heard = 盒子配对后一直没有连接。
delivery-why-unlit = 这块屏没有配对盒子。
delivery-why-told = 盒子已收到通知，还没有进一步回报。
delivery-why-held-up = 遇到了障碍。
delivery-why-tells-no-more = 已通知；这个版本的播放器不回报更多。
delivery-why-skew = 播放器使用连接协议第 { $oldest } 至 { $newest } 版，本服务器都不支持。
delivery-why-not-yet = 将于 { $time } 切换。
delivery-why-missing = 所需文件不在服务器上。
delivery-why-refused = 盒子不信任这份内容。
delivery-why-engine = 需要更新的播放器。
delivery-why-disk = 盒子的磁盘已满或出现故障。
delivery-why-line = 文件传不到盒子。
delivery-why-stage = 盒子的画面程序没有在绘制。
delivery-why-other = 盒子给出了本服务器不认识的原因。

delivery-do-offline = 检查盒子的电源和网络；其间它照常播放，恢复后自动补齐。
delivery-do-never-heard = 检查盒子是否在运行、能否访问服务器的 UDP 端口。
delivery-do-unlit = 配对一个盒子，或删除这块屏。
delivery-do-told = 稍等片刻；若一直如此，请查看盒子。
delivery-do-held-up = 请查看盒子。
delivery-do-tells-no-more = 无需处理；升级播放器后可看到更多。
delivery-do-skew = 升级播放器和服务器中较旧的一方。
delivery-do-not-yet = 无需处理。
delivery-do-missing = 重新上传该文件，或移除该内容，然后重新发布。
delivery-do-refused = 可能更换过密钥而这台盒子没有收到。请重新发布；仍不行时重新配对盒子。
delivery-do-engine = 升级这台盒子上的播放器。
delivery-do-disk = 清理盒子的磁盘，或更换磁盘。
delivery-do-line = 检查盒子与服务器之间的网络能否传输大文件；盒子会自动重试。
delivery-do-stage = 查看屏幕；若画面静止，请重启盒子。
delivery-do-other = 升级服务器，并查看盒子。

delivery-why = 原因
delivery-do = 处理办法
delivery-since = 起始时间
delivery-everything = 全部发布
delivery-search = 屏、区域或院区
delivery-zone-line = 本区节目的送达情况
delivery-shows-revision = 现显示第 { $version } 版
delivery-box-says = 盒子自述：{ $text }
