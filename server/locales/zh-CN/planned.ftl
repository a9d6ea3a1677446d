# 发布前的检查，计划与实际播出

fault-problems = 还不能发布
fault-problems-text = 草稿里有必须先改正的错误，没有发布任何内容。请打开“发布”页查看，改正后再发布。
