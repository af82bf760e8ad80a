#!/usr/bin/env bash
# Installs the reference codes that `npm run test:codes` runs for real, and Slurm for `npm run test:slurm`, from Debian's or Ubuntu's own packages.
# Exit codes: 0 all there, 2 unknown group, 3 nothing could be done here (no apt or no root), else apt's own.
#
#   scripts/install-codes.sh           install what is missing
#   scripts/install-codes.sh pw        only what this group needs
#   scripts/install-codes.sh --list    say what is there, install nothing
set -euo pipefail

# group | program or file that proves it | packages
CODES=(
  "pw|pw.x|quantum-espresso quantum-espresso-data"
  "pw|/usr/share/espresso/pseudo/Si.pz-vbc.UPF|quantum-espresso-data"
  "pw|/usr/share/wannier90/pseudo/Si_ONCV_PBE-1.0.upf|wannier90-data"
  "pw|mpirun|openmpi-bin"
  "abinit|abinit|abinit"
  "abinit|/usr/share/abinit/psp/14si.pspgth|abinit-data"
  "lammps|lmp|lammps"
  "gpaw|gpaw|gpaw"
  "gpaw|/usr/share/gpaw-setups/Si.PBE.gz|gpaw-data"
  "ase|/usr/lib/python3/dist-packages/ase/__init__.py|python3-ase"
  "slurm|slurmctld|slurm-wlm"
  "slurm|munged|munge"
)

groups=("$@")
[[ "${1:-}" == --list ]] && groups=()
for group in "${groups[@]}"; do
  if ! printf '%s\n' "${CODES[@]%%|*}" | grep -qx -- "$group"; then
    echo "Unknown group $group; there are: $(printf '%s\n' "${CODES[@]%%|*}" | sort -u | tr '\n' ' ')" >&2
    exit 2
  fi
done
wanted() {
  [[ ${#groups[@]} -eq 0 || " ${groups[*]} " == *" $1 "* ]]
}

present() {
  case "$1" in
    /*) [[ -e "$1" ]] ;;
    *) command -v "$1" > /dev/null ;;
  esac
}

missing=()
for code in "${CODES[@]}"; do
  IFS='|' read -r group proof packages <<< "$code"
  wanted "$group" || continue
  if present "$proof"; then
    echo "present   $proof"
  else
    echo "missing   $proof ($packages)"
    # shellcheck disable=SC2206 # packages are words
    missing+=($packages)
  fi
done

[[ "${1:-}" == --list ]] && exit 0
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "All reference codes for the tests are installed."
  exit 0
fi
if ! command -v apt-get > /dev/null; then
  echo "SKIPPED: no apt-get here. Install by other means: ${missing[*]}" >&2
  exit 3
fi
if [[ "$(id -u)" -ne 0 ]]; then
  echo "SKIPPED: not root. Run: sudo $0 $*   (apt-get install ${missing[*]})" >&2
  exit 3
fi

echo "apt-get update, then apt-get install --no-install-recommends ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null

for code in "${CODES[@]}"; do
  IFS='|' read -r group proof packages <<< "$code"
  if wanted "$group" && ! present "$proof"; then
    echo "FAILED: $proof is still missing after installing $packages" >&2
    exit 1
  fi
done
echo "Installed. Now: npm run test:codes, npm run test:slurm"
