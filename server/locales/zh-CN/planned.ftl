# 发布前的检查，计划与实际播出

fault-problems = 还不能发布
fault-problems-text = 草稿里有必须先改正的错误，没有发布任何内容。请打开“发布”页查看，改正后再发布。

planned-title = 计划与实播
planned-line = 一天里每块屏按节目单应播多少、盒子证实播了多少。
planned-place = 地点
planned-whole-site = 全院区
planned-planned = 计划
planned-played = 实播
planned-difference = 相差
planned-delivery = 兑现率
planned-airtime = 计划时长
planned-airtime-played = 实播时长
planned-nothing = 这一天没有计划，也没有播放。
planned-so-far = 今天还没结束：计划只算到现在，盒子可能还有记录没送到。
