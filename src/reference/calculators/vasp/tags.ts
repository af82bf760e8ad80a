import type { CodeSettings, SettingValue } from '../../ladder.js';

/** INCAR tags of VASP 5.4 to 6.5 (https://www.vasp.at/wiki/index.php/Category:INCAR_tag) that a single point may have. */
export const TAGS: readonly string[] = `
  ADDGRID AEXX AGGAC AGGAX ALDAC ALDAX ALGO ALPHA_VDW AMIN AMIX AMIX_MAG AMGGAC AMGGAX BMIX BMIX_MAG BPARAM CMBJ CMBJA CMBJB
  CONSTRAINED_M CPARAM DEPER DIPOL EBREAK EDIFF EDIFFG EFERMI EFIELD EMAX EMIN ENAUG ENCUT ENCUTFOCK ENINI EPSILON EVENONLY
  FERDO FERWE GGA GGA2 GGA_COMPAT HFALPHA HFRCUT HFSCREEN IBRION ICHARG IDIPOL IDIOT IMAGES IMIX INIMIX INIWAV ISIF ISMEAR
  ISPIN ISTART ISYM IVDW IVDW_NL I_CONSTRAINED_M KBLOCK KGAMMA KPAR KSPACING LAECHG LAMBDA LASPH LASYNC LATTICE_CONSTRAINTS
  LBEEFENS LCHARG LCHARGH5 LCORR LDAU LDAUJ LDAUL LDAUPRINT LDAUTYPE LDAUU LDIAG LDIPOL LELF LFOCKACE LH5 LHFCALC LHYPERFINE
  LIBXC1 LIBXC2 LKPROJ LMAXFOCK LMAXMIX LMAXPAW LMAXTAU LMIXTAU LMONO LNONCOLLINEAR LORBIT LORBMOM LPARD LPLANE LREAL
  LREAL_COMPAT LSCALAPACK LSCALU LSCAAWARE LSORBIT LSPIRAL LSUBROT LTHOMAS LUSE_VDW LVDW_EWALD LVDWSCS LVHAR LVTOT LWAVE
  LWAVEH5 MAGMOM MAXMEM MAXMIX MDALGO METAGGA MINROT MIXFIRST MIXPRE MREMOVE M_CONSTR NBANDS NBLK NBLOCK NCORE NCORE_IN_IMAGE1
  NCSHMEM NEDOS NELECT NELM NELMDL NELMIN NFREE NGX NGXF NGY NGYF NGZ NGZF NKRED NKREDX NKREDY NKREDZ NMAXFOCKAE NPACO NPAR
  NRMM NSIM NSW NUPDOWN NWRITE ODDONLY PARAM1 PARAM2 PARAM3 POMASS POTIM PREC PRECFOCK PSTRESS PTHRESHOLD ROPT RWIGS SAXIS
  SCSRAD SHIFTRED SIGMA SMASS SYMPREC SYSTEM TEBEG TEEND TIME VDW_A1 VDW_A2 VDW_ALPHA VDW_C6 VDW_C6AU VDW_CNRADIUS VDW_D
  VDW_R0 VDW_R0AU VDW_RADIUS VDW_S6 VDW_S8 VDW_SR VOSKOWN WC WEIMIN XC XC_C ZAB_VDW ZVAL
`
  .trim()
  .split(/\s+/);

/** What a label needs where the person says nothing. */
export const DEFAULTS: CodeSettings = {
  PREC: 'Accurate',
  EDIFF: 1e-7,
  ALGO: 'Normal',
  NELM: 100,
  NELMIN: 4,
  ISMEAR: 0,
  SIGMA: 0.05,
  LREAL: false,
  ISYM: 0,
  IBRION: -1,
  NSW: 0,
  LCHARG: true,
  LWAVE: false,
};

/** What VASP itself takes: corrections that multiply, or that would change nothing, are judged from here. */
export const PROGRAM_DEFAULTS: CodeSettings = { ...DEFAULTS, KPAR: 1, SYMPREC: 1e-5, IMIX: 4 };

/** Tags with one value that makes a label, or none; the text says why. */
export const OWNED: Readonly<Record<string, { readonly value?: SettingValue; readonly why: string }>> = {
  NSW: { value: 0, why: 'a label is one single point' },
  IBRION: { value: -1, why: 'a label is one single point' },
  LREAL: {
    value: false,
    why: 'projection in real space puts noise on the forces, which the fit would learn',
  },
  LCHARG: { value: true, why: 'an interrupted run goes on from its density' },
  ISTART: { why: 'runs are restarted by the corrections' },
  ICHARG: { why: 'runs are restarted by the corrections' },
  KSPACING: { why: 'the k-points are those of reference.kpoints' },
  KGAMMA: { why: 'the k-points are those of reference.kpoints' },
  IMAGES: { why: 'a label is one single point' },
};

/** Tags that change no force: no part of a label's identity. */
export const WITHOUT_EFFECT: readonly string[] = `
  SYSTEM NCORE NPAR KPAR NSIM LPLANE LSCALAPACK LSCALU LSCAAWARE LASYNC NCSHMEM MAXMEM NWRITE LWAVE LWAVEH5 LCHARG LCHARGH5
  LORBIT NEDOS EMIN EMAX LVTOT LVHAR LELF LAECHG LPARD LH5 NBLK NBLOCK KBLOCK NPACO IDIOT
`
  .trim()
  .split(/\s+/);

/** Tags that vasprun.xml repeats as VASP used them, and that must not differ from what was asked for. */
export const COMPARED: readonly string[] = `
  PREC ENCUT EDIFF NELM NELMIN ISMEAR SIGMA LREAL ISYM NSW IBRION ISPIN NUPDOWN LNONCOLLINEAR LSORBIT GGA METAGGA LASPH LUSE_VDW
  LHFCALC AEXX HFSCREEN LDAU LDAUTYPE ADDGRID LMAXMIX NELECT
`
  .trim()
  .split(/\s+/);

/** Self-consistent algorithms by VASP's names for them (it reads the first letter of most), and how they are written. */
export const ALGORITHMS: Readonly<Record<string, string>> = {
  NORMAL: 'Normal',
  N: 'Normal',
  VERYFAST: 'VeryFast',
  V: 'VeryFast',
  FAST: 'Fast',
  F: 'Fast',
  ALL: 'All',
  A: 'All',
  CONJUGATE: 'All',
  C: 'All',
  DAMPED: 'Damped',
  D: 'Damped',
};
