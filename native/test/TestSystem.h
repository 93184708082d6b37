#pragma once

#include <string>

namespace tiller::test
{

/** The path of the running program, UTF-8; it stays valid while the program's file is replaced. */
std::string thisProgram();

/** Sets a variable of this process's environment; an empty value removes it. */
void setEnvironment (const std::string& name, const std::string& value);

/** Makes an empty folder for temporary files. */
std::string makeTemporaryFolder();

} // namespace tiller::test
