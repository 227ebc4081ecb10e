"""The ledger's steps in Lua: each is carried out whole or not at all, whoever else is at it.

A row is a letter and what belongs to it: d due (and what is in the way), c claimed (first and last attempt,
milliseconds since 1970), s sent and r received (the platform's message id), f failed, u unknown and k skipped (the
reason). Counts of a round follow every change of a row, so that they are right without ever being counted.
"""

from typing import Final

_COUNT = """
local names = {d='pending', c='pending', s='sent', r='delivered', f='failed', u='unknown', k='skipped'}
local function count(counts, row, by)
  local letter = string.sub(row, 1, 1)
  redis.call('HINCRBY', counts, names[letter], by)
  if letter == 'f' or letter == 'u' or letter == 'k' then
    redis.call('HINCRBY', counts, 'why:' .. string.sub(row, 2), by)
  end
end
local function put(rows, counts, who, old, new)
  redis.call('HSET', rows, who, new)
  if old then count(counts, old, -1) end
  count(counts, new, 1)
end
local function settled(row)
  local letter = string.sub(row, 1, 1)
  return letter ~= 'd' and letter ~= 'c'
end
local function attempts(row)
  local first, last = string.match(row, '^c(%d+),(%d+)$')
  return tonumber(first), tonumber(last)
end
"""

# KEYS notices, missed, rows, counts, open, rounds, said; ARGV key, notice, round, meeting, what is said ('' = nothing),
# now, last progress, whether members may be added to one opened before, then pairs of member and row. 1 = opened.
OPEN: Final = (
    _COUNT
    + """
local added = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
if added == 0 and ARGV[8] ~= '1' then return 0 end
local missed = redis.call('HGET', KEYS[2], ARGV[1])
if missed then
  local number, reason, counts = string.match(missed, '^(%d+) (%S+) (.*)$')
  redis.call('HINCRBY', counts, 'skipped', -number)
  redis.call('HINCRBY', counts, 'why:' .. reason, -number)
  redis.call('HDEL', KEYS[2], ARGV[1])
end
for at = 9, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[3], ARGV[at], ARGV[at + 1]) == 1 then count(KEYS[4], ARGV[at + 1], 1) end
end
redis.call('ZADD', KEYS[5], ARGV[7], ARGV[1])
redis.call('ZADD', KEYS[6], ARGV[6], ARGV[3])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[7], ARGV[4], ARGV[5]) end
return 1
"""
)

# KEYS notices, missed, counts, rounds; ARGV key, reason, number, round, now.
EXPIRE: Final = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[3] .. ' ' .. ARGV[2] .. ' ' .. KEYS[3]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[3], 'skipped', ARGV[3])
redis.call('HINCRBY', KEYS[3], 'why:' .. ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[4])
return 1
"""

# KEYS rows, open; ARGV key, now, lease, how old an attempt may be, then members. Gives those who were taken.
CLAIM: Final = (
    _COUNT
    + """
local taken = {}
local now = tonumber(ARGV[2])
for at = 5, #ARGV do
  local row = redis.call('HGET', KEYS[1], ARGV[at])
  local first, last
  if row then first, last = attempts(row) end
  if row and string.sub(row, 1, 1) == 'd' then first, last = now, -math.huge end
  if first and first <= now and now - first < tonumber(ARGV[4]) and now - last >= tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[1], ARGV[at], string.format('c%.0f,%.0f', first, now))
    taken[#taken + 1] = ARGV[at]
  end
end
if #taken > 0 then redis.call('ZADD', KEYS[2], 'XX', now, ARGV[1]) end
return taken
"""
)

# KEYS rows, counts, open; ARGV key, now, then pairs of member and row. A claim is given back by a row 'd…'; an attempt
# made before it keeps it claimed. What is settled changes no more, except that unknown becomes known and receipts come.
SETTLE: Final = (
    _COUNT
    + """
for at = 3, #ARGV, 2 do
  local old, new = redis.call('HGET', KEYS[1], ARGV[at]), ARGV[at + 1]
  local from, to = old and string.sub(old, 1, 1), string.sub(new, 1, 1)
  local first, last = attempts(old or '')
  if to == 'd' then
    if from == 'd' or (from == 'c' and first == last) then put(KEYS[1], KEYS[2], ARGV[at], old, new) end
  elseif from == 'd' or from == 'c' or (from == 'u' and to == 's') or (from == 's' and (to == 'r' or to == 'f')) then
    put(KEYS[1], KEYS[2], ARGV[at], old, new)
  end
end
redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
"""
)

# KEYS rows, counts, open; ARGV key, now, "no progress since", how old an attempt may be, whether it is of no use any
# more, reasons of what is skipped and unknown then. Gives how many rows are unsettled; -1 = someone is at it.
SWEEP: Final = (
    _COUNT
    + """
local progress = redis.call('ZSCORE', KEYS[3], ARGV[1])
if not progress or tonumber(progress) > tonumber(ARGV[3]) and tonumber(progress) <= tonumber(ARGV[2]) then return -1 end
local all, left, now = redis.call('HGETALL', KEYS[1]), 0, tonumber(ARGV[2])
for at = 1, #all, 2 do
  local row = all[at + 1]
  local first = attempts(row)
  if first and (now - first >= tonumber(ARGV[4]) or first > now + 1000) then
    put(KEYS[1], KEYS[2], all[at], row, 'u' .. ARGV[7])
  elseif ARGV[5] == '1' and string.sub(row, 1, 1) == 'd' then
    put(KEYS[1], KEYS[2], all[at], row, 'k' .. (row == 'd' and ARGV[6] or string.sub(row, 2)))
  elseif not settled(row) then
    left = left + 1
  end
end
if left == 0 then redis.call('ZREM', KEYS[3], ARGV[1]) else redis.call('ZADD', KEYS[3], now, ARGV[1]) end
return left
"""
)

# KEYS rows, counts; ARGV the row whoever is due gets, then members who stay due. What was in the way says more about
# why it was never sent than that time ran out.
SKIP: Final = (
    _COUNT
    + """
local stay = {}
for at = 2, #ARGV do stay[ARGV[at]] = true end
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local who, row = all[at], all[at + 1]
  if string.sub(row, 1, 1) == 'd' and not stay[who] then
    local reason = ARGV[1] == 'kexpired' and row ~= 'd' and 'k' .. string.sub(row, 2) or ARGV[1]
    put(KEYS[1], KEYS[2], who, row, reason)
  end
end
"""
)

# KEYS rows, counts, open; ARGV key, then reasons that last. Makes due again whoever it failed for, for other reasons;
# gives how many, then reason and number of those left, by turns.
RETRY: Final = (
    _COUNT
    + """
local all, lasting, again, left = redis.call('HGETALL', KEYS[1]), {}, 0, {}
for at = 2, #ARGV do lasting[ARGV[at]] = true end
for at = 1, #all, 2 do
  local row = all[at + 1]
  local reason = string.sub(row, 2)
  if string.sub(row, 1, 1) == 'f' and lasting[reason] then
    left[reason] = (left[reason] or 0) + 1
  elseif string.sub(row, 1, 1) == 'f' then
    put(KEYS[1], KEYS[2], all[at], row, 'd')
    again = again + 1
  end
end
if again > 0 then redis.call('ZADD', KEYS[3], 0, ARGV[1]) end
local told = {again}
for reason, number in pairs(left) do
  told[#told + 1] = reason
  told[#told + 1] = number
end
return told
"""
)

# KEYS rows, counts; ARGV members.
FORGET: Final = (
    _COUNT
    + """
for at = 1, #ARGV do
  local row = redis.call('HGET', KEYS[1], ARGV[at])
  if row then
    redis.call('HDEL', KEYS[1], ARGV[at])
    count(KEYS[2], row, -1)
  end
end
"""
)
