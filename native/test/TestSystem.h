#pragma once

#include <string>
#include <vector>

namespace tiller::test
{

/** The arguments of `main`, UTF-8: on Windows its own are of the system's code page. */
std::vector<std::string> programArguments (int count, char** arguments);

/** The path of the running program, UTF-8; it stays valid while the program's file is replaced. */
std::string thisProgram();

/** Sets a variable of this process's environment; an empty value removes it. */
void setEnvironment (const std::string& name, const std::string& value);

/** Makes an empty folder for temporary files. */
std::string makeTemporaryFolder();

} // namespace tiller::test
