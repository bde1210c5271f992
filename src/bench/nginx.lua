-- What auditlb makes of nginx's combined format under a policy of one source and one route, as a Lua filter.
-- There is no MurmurHash here: every record has the same id, of the same length.

local MONTHS = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12 }
local ACTIVITIES = { CONNECT = 1, DELETE = 2, GET = 3, HEAD = 4, OPTIONS = 5, POST = 6, PUT = 7, TRACE = 8, PATCH = 9 }
local REASONS = {
  [494] = 'request_header_too_large',
  [495] = 'client_certificate_invalid',
  [496] = 'client_certificate_missing',
  [497] = 'plain_http_to_https_port',
  [499] = 'client_closed',
  [502] = 'upstream_failed',
  [504] = 'upstream_timeout',
}
local LINE = '^([%d.]+) %- (.-) %[(%d%d)/(%a%a%a)/(%d%d%d%d):(%d%d):(%d%d):(%d%d) ([+-])(%d%d)(%d%d)%]'
  .. ' "(%a+) ([^ "?]*)%??([^ "]*) HTTP/([%d.]+)" (%d%d%d) (%d+) "([^"]*)" "([^"]*)"$'
local floor = math.floor

-- Milliseconds since 1970 of a day and time in UTC.
local function epoch_ms(year, month, day, hour, minute, second)
  if month <= 2 then
    year = year - 1
    month = month + 12
  end
  local days = 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400) + floor((153 * (month - 3) + 2) / 5) + day - 719469
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
end

-- Nil for what nginx writes as a dash, and for empty text.
local function present(text)
  if text ~= '-' and text ~= '' then return text end
end

function normalize(tag, timestamp, record)
  local ip, user, day, month, year, hour, minute, second, sign, zone_hours, zone_minutes,
    method, path, query, version, status, bytes, referrer, agent = string.match(record.log, LINE)
  if ip == nil then return 0, timestamp, record end
  local code = tonumber(status)
  local failed = code >= 400
  local offset = tonumber(zone_hours) * 60 + tonumber(zone_minutes)
  if sign == '-' then offset = -offset end
  local activity = ACTIVITIES[method] or 99
  local name = present(user)
  local event = {
    activity_id = activity,
    auditlb = {
      attributed_by = name and 'authenticated_user' or 'address',
      format = 'nginx_combined',
      policy = '0123456789abcdef',
      routes = { 'archive' },
      shard = 0,
      source = 'edge',
      status = 'ok',
      tag = 'audit.s0.archive',
    },
    category_uid = 4,
    class_uid = 4002,
    http_request = {
      http_method = method,
      referrer = present(referrer),
      url = { path = present(path), query_string = present(query) },
      user_agent = present(agent),
      version = version,
    },
    http_response = { code = code },
    metadata = {
      product = { name = 'NGINX', vendor_name = 'F5' },
      profiles = { 'host', 'load_balancer', 'trace' },
      uid = '0123456789abcdef0123456789abcdef',
      version = '1.8.0',
    },
    severity_id = code >= 500 and 3 or failed and 2 or 1,
    src_endpoint = { ip = ip },
    status_code = status,
    status_detail = REASONS[code],
    status_id = failed and 2 or 1,
    time = epoch_ms(tonumber(year), MONTHS[month], tonumber(day), tonumber(hour), tonumber(minute) - offset, tonumber(second)),
    traffic = { bytes_in = tonumber(bytes) },
    type_uid = 400200 + activity,
  }
  if name then event.actor = { user = { name = name, type_id = 1 } } end
  return 2, timestamp, event
end
