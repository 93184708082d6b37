; Installer for one user of Windows; it needs no administrator's rights.
;   makensis -DVERSION=0.1.0 -DFILES=folder -DOUT=tiller.exe tiller.nsi
; FILES has Tiller.vst3 and Standalone, each with the engine. Presets, imported models and settings are in %LOCALAPPDATA%\tiller
; and stay as they are. Silent: /S. TARGET names the installer's own kind, such as amd64-unicode: not every NSIS has one of 64 bits,
; and Wine without its part for 32 bits runs no other.

!ifdef TARGET
    Target ${TARGET}
!endif
Unicode true
Name "Tiller ${VERSION}"
OutFile "${OUT}"
RequestExecutionLevel user
SetCompressor /SOLID lzma
ShowInstDetails nevershow
ShowUninstDetails nevershow
!include LogicLib.nsh

; Fixed, so that what is removed as a whole is never a folder of the player's.
!define PROGRAM "$LOCALAPPDATA\Programs\Tiller"
!define PLUGIN "$LOCALAPPDATA\Programs\Common\VST3\Tiller.vst3"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Tiller"

LicenseData "${LICENSE}"
Page license
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; Deletes what an earlier version installed: files that a new one does not have would remain.
!macro RemoveFiles
    RMDir /r "${PLUGIN}"
    RMDir /r "${PROGRAM}"
    ${If} ${FileExists} "${PLUGIN}\*.*"
    ${OrIf} ${FileExists} "${PROGRAM}\*.*"
        MessageBox MB_ICONSTOP "Some files of Tiller are in use. Close the programs that have loaded it, then try again." /SD IDOK
        SetErrorLevel 2
        Quit
    ${EndIf}
!macroend

Section
    !insertmacro RemoveFiles
    SetOutPath "${PLUGIN}"
    File /r "${FILES}/Tiller.vst3/*"
    SetOutPath "${PROGRAM}"
    File /r "${FILES}/Standalone/*"
    WriteUninstaller "${PROGRAM}\uninstall.exe"
    CreateShortcut "$SMPROGRAMS\Tiller.lnk" "${PROGRAM}\Tiller.exe"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Tiller"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL}" "Publisher" "Tiller"
    WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "${PROGRAM}"
    WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"${PROGRAM}\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"${PROGRAM}\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
    !insertmacro RemoveFiles
    Delete "$SMPROGRAMS\Tiller.lnk"
    ; The page's own files; the folders around them go where nothing else is in them.
    RMDir /r "$LOCALAPPDATA\tiller\Cache\WebView2"
    RMDir "$LOCALAPPDATA\tiller\Cache"
    DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
