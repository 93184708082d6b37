#pragma once

#include "TestSuite.h"

#include <string>

namespace tiller::test
{

/** The tests of WindowKeyTests.cpp; `bundle` is the path of the VST3. */
void addWindowKeyTests (Suite&, const std::string& bundle);

} // namespace tiller::test
