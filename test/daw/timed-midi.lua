ardour {
  ["type"] = "dsp",
  name = "Timed MIDI",
  category = "Test",
  license = "MIT",
  author = "Tiller",
  description = [[Sends MIDI at its time: a copy of this has the events in it.]]
}

-- Each is a sample of the session and its bytes.
local events = {}

function dsp_ioconfig ()
  return { { midi_in = 1, midi_out = 1, audio_in = 0, audio_out = 0 } }
end

function dsp_run (_, _, n_samples)
  local from = Session:transport_sample ()
  local count = 0
  for _, event in ipairs (events) do
    local at = event[1] - from
    if at >= 0 and at < n_samples then
      count = count + 1
      midiout[count] = { time = at + 1, data = event[2] }
    end
  end
end
