-- Makes an Ardour session with one stereo track that carries a plugin, its automation drawn, and saves it.
-- Environment: TILLER_SESSION (folder to make), TILLER_PLUGIN (its kind and identifier, as "VST3 ABCD"), TILLER_DRAW
-- (automation, as "Parameter: seconds=value seconds=value; Parameter: ...", values as Ardour has them), TILLER_MIDI (the
-- script that sends MIDI on a track of its own, into a MIDI input that the audio track gets; or nothing), TILLER_PRESET
-- (which of the plugin's own programs to choose in Ardour's list of presets; or nothing), TILLER_SETTLE (seconds that the
-- plugin has to report its latency), TILLER_TEMPOS (tempos that hold from a quarter note on, as "beat=tempo beat=tempo"; or
-- nothing), TILLER_METERS (meters that hold from a quarter note on, as "beat=3/4").
local rate = 48000
local folder = os.getenv("TILLER_SESSION")
local kind, id = os.getenv("TILLER_PLUGIN"):match("^(%S+) (%S+)$")

AudioEngine:set_backend("None (Dummy)", "", "")
local session = create_session(folder, "session", rate)
assert(session, "the session could not be made")

local tempos = os.getenv("TILLER_TEMPOS")
if tempos ~= "" then
  local map = Temporal.TempoMap.fetch_writable()
  -- Ardour keeps a tempo at its bar and beat: a meter that came later would move it.
  for beat, beats, note in os.getenv("TILLER_METERS"):gmatch("(%S+)=(%d+)/(%d+)") do
    local ticks = math.floor(tonumber(beat) * Temporal.ticks_per_beat)
    map:set_meter(Temporal.Meter(tonumber(beats), tonumber(note)), Temporal.timepos_t.from_ticks(ticks))
  end
  for beat, tempo in tempos:gmatch("(%S+)=(%S+)") do
    local ticks = math.floor(tonumber(beat) * Temporal.ticks_per_beat)
    map:set_tempo(Temporal.Tempo(tonumber(tempo), tonumber(tempo), 4), Temporal.timepos_t.from_ticks(ticks))
  end
  Temporal.TempoMap.update(map)
end

local track = session:new_audio_track(2, 2, nil, 1, "Track", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true):front()
local script = os.getenv("TILLER_MIDI")
if script ~= "" then
  local midi = ARDOUR.DataType("midi")
  local one = ARDOUR.ChanCount(midi, 1)
  local keys = session:new_midi_track(one, one, true, ARDOUR.PluginInfo(), nil, nil, 1, "Keys", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true):front()
  assert(keys:add_processor_by_index(ARDOUR.LuaAPI.new_luaproc(session, script), 0, nil, true) == 0, "Ardour does not take the script")
  assert(track:input():add_port("", nil, midi) == 0, "the audio track gets no MIDI input")
  track:input():disconnect_all(nil)
  -- A track that plays from disk silences what comes in, MIDI as well, unless it monitors both.
  track:monitoring_control():set_value(ARDOUR.MonitorChoice.MonitorCue, PBD.GroupControlDisposition.NoGroup)
  assert(track:input():midi(0):connect(keys:output():midi(0):name()) == 0, "the tracks cannot be connected")
end

local plugin = ARDOUR.LuaAPI.new_plugin(session, id, ARDOUR.PluginType[kind], "")
assert(not plugin:isnil(), "Ardour does not know the plugin")
assert(track:add_processor_by_index(plugin, 0, nil, true) == 0, "Ardour does not take the plugin")

-- A parameter's index, and its place among those that can be automated.
local function parameter_named(name)
  local info = plugin:to_plugininsert():plugin(0)
  local place = 0
  for i = 0, info:parameter_count() - 1 do
    if info:parameter_label(i) == name then return i, place end
    if info:parameter_is_control(i) and info:parameter_is_input(i) then place = place + 1 end
  end
  error("there is no parameter " .. name)
end

local function draw(name, points)
  local index, place = parameter_named(name)
  local list, line = ARDOUR.LuaAPI.plugin_automation(plugin, place)
  assert(not list:isnil(), name .. " cannot be automated")
  for seconds, value in points:gmatch("(%S+)=(%S+)") do
    line:add(Temporal.timepos_t(math.floor(tonumber(seconds) * rate)), tonumber(value), false, true)
  end
  local parameter = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, index)
  plugin:to_automatable():automation_control(parameter, false):set_automation_state(ARDOUR.AutoState.Play)
end

for name, points in os.getenv("TILLER_DRAW"):gmatch("%s*([^:;]+):([^;]+)") do draw(name, points) end

local settle = math.floor(1e6 * tonumber(os.getenv("TILLER_SETTLE")))
ARDOUR.LuaAPI.usleep(settle)

local preset = os.getenv("TILLER_PRESET")
if preset ~= "" then
  local info = plugin:to_plugininsert():plugin(0)
  local record = info:preset_by_uri("VST3-P:" .. id .. ":" .. preset)
  assert(record, "Ardour does not list the program")
  print("PRESET " .. record.label)
  assert(info:load_preset(record), "Ardour cannot load the program")
  ARDOUR.LuaAPI.usleep(settle)
end

print("TRACK " .. track:to_stateful():id():to_s())
local latency = plugin:to_plugininsert():signal_latency()
assert(session:save_state("") == 0, "the session could not be saved")
-- The session is of use only where it was saved with this latency.
local latency_after = plugin:to_plugininsert():signal_latency()
print("LATENCY " .. (latency == latency_after and latency or "changed"))
close_session()
quit()
