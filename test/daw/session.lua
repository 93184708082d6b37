-- Makes an Ardour session with one stereo track that carries Tiller, its automation drawn, and saves it.
-- Environment: TILLER_SESSION (folder to make), TILLER_ID (the plugin's VST3 identifier), TILLER_OFFSET (value that the
-- first latent's offset jumps to after three seconds, 0..1 over its range).
local rate = 48000
local folder = os.getenv("TILLER_SESSION")

AudioEngine:set_backend("None (Dummy)", "", "")
local session = create_session(folder, "session", rate)
assert(session, "the session could not be made")

local track = session:new_audio_track(2, 2, nil, 1, "Track", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true):front()
local plugin = ARDOUR.LuaAPI.new_plugin(session, os.getenv("TILLER_ID"), ARDOUR.PluginType.VST3, "")
assert(not plugin:isnil(), "Ardour does not know the plugin")
assert(track:add_processor_by_index(plugin, 0, nil, true) == 0, "Ardour does not take the plugin")

local function parameter_named(name)
  local info = plugin:to_plugininsert():plugin(0)
  for i = 0, info:parameter_count() - 1 do
    if info:parameter_label(i) == name then return i end
  end
  error("there is no parameter " .. name)
end

local function draw(name, points)
  local index = parameter_named(name)
  local list, line = ARDOUR.LuaAPI.plugin_automation(plugin, index)
  assert(not list:isnil(), name .. " cannot be automated")
  for _, point in ipairs(points) do
    line:add(Temporal.timepos_t(math.floor(point[1] * rate)), point[2], false, true)
  end
  local parameter = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, index)
  plugin:to_automatable():automation_control(parameter, false):set_automation_state(ARDOUR.AutoState.Play)
end

draw("Dry/wet", { { 0, 0 }, { 1, 0 }, { 1.2, 1 }, { 6, 1 } })
draw("Offset latent 1", { { 0, 0.5 }, { 3, 0.5 }, { 3.005, tonumber(os.getenv("TILLER_OFFSET")) }, { 6, tonumber(os.getenv("TILLER_OFFSET")) } })

print("TRACK " .. track:to_stateful():id():to_s())
assert(session:save_state("") == 0, "the session could not be saved")
close_session()
quit()
