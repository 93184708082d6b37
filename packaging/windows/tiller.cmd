@echo off
rem Tiller's command line, on the engine's own Node.
"%~dp0engine\node.exe" "%~dp0engine\dist\engine\tiller.js" %*
