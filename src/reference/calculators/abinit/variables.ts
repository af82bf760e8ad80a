import type { CodeSettings } from '../../ladder.js';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Input variables of ABINIT 9 (https://docs.abinit.org/variables) that a ground-state calculation may have; those of molecular
 * dynamics, response functions, GW, BSE and electron–phonon coupling are left out. `npm run test:codes` gives all of them to the
 * program itself, which knows every one.
 */
export const VARIABLES: readonly string[] = words(`
  accuracy amu autoparal auxc_ixc auxc_scal bandpp boxcenter boxcutmin bxctmindg cellcharge charge chkexit chneut
  chempot constraint_kind densfor_pred diecut diegap dielam dielng diemac diemix diemixmag
  diismemory dmatpawu dmatpuopt dmatudiag dosdeltae ecut ecutsm enunit exchmix exchn2n3d f4of2_sla f6of2_sla fband
  fftalg fftcache fockdownsampling fockoptmix fermie_nest genafm gpu_devices gpu_linalg_limit
  hyb_mixing hyb_mixing_sr hyb_range_dft hyb_range_fock iboxcut icoulomb icutcoul intxc iomode iprcel iprcfc iscf istwfk
  ixc ixcrot jellslab jpawu kptopt ldaminushalf lexexch localrdwf lpawu magconon magcon_lambda max_ncpus maxnsym mem_test
  mixprec mqgrid mqgriddg nband nbandhf nbdblock nbdbuf nc_xccc_gspace ngfft ngfftdg nline
  nloc_alg nloc_mem nnos nnsclo nnsclohf np_slk npband npfft nphf npkpt npspinor npulayit npvel nscforder nspden
  nspinor nsppol nstep nucdipmom occopt optnlxccc optstress ortalg
  paral_atom paral_kgb pawcpxocc pawcross pawecutdg pawfatbnd pawlcutd pawlmix pawmixdg
  pawnhatxc pawnphi pawntheta pawnzlm pawoptmix pawoptosc pawovlp pawprtdos pawprtvol pawspnorb
  pawstgylm pawsushat pawusecp pawxcdev polcen prt1dm prtcif prtdensph prtdipole prtdos prtdosm prtebands prtefg
  prteig prtelf prtfc prtfsurf prtgden prtgeo prtgsr prtkden prtlden prtnest prtpot prtprocar prtspcur
  prtstm prtvclmb prtvha prtvhxc prtvol prtvpsp prtvxc prtxml ptcharge pw_unbal_thresh quadmom
  ratsm ratsph ratsph_extra slabwsrad slabzbeg slabzend slk_rankpp smdelta so_psp spinat spinmagntarget spnorbscl
  symmorphi timopt tl_nprccg tl_radius toldfe toldff tolrff tolsym tolvrs tolwfr tphysel tsmear upawu use_gemm_nonlop
  use_gpu_cuda use_slk usedmatpu useexexch usekden usepawu usepead usepotzero usexcnhat useylm vacnum vacuum vacwidth
  vcutgeo vdw_df_threshold vdw_tol vdw_tol_3bt vdw_xc wfmix wfoptalg wvl_bigdft_comp xc_denpos xc_tb09_c zeemanfield`);

/** What ends self-consistency: ABINIT takes exactly one. The loosest that costs at most 0.02 meV/Å on 8 silicon atoms (largest component). */
export const TOLERANCES: Readonly<Record<string, { readonly loosest: number; readonly unit: string }>> = {
  tolvrs: { loosest: 1e-6, unit: 'squared residual of potential or density' },
  toldff: { loosest: 5e-5, unit: 'Ha/bohr' },
  tolrff: { loosest: 1e-3, unit: 'relative to the largest force' },
  toldfe: { loosest: 1e-7, unit: 'Ha' },
  tolwfr: { loosest: 1e-12, unit: 'squared residual of the wavefunctions' },
};

/** What a label gets where the person says nothing; `tolvrs` only where no other tolerance is set. */
export const DEFAULTS: CodeSettings = { nstep: 60, optstress: 0, prtgsr: 0, prteig: 0, prtebands: 0 };
export const DEFAULT_TOLERANCE: CodeSettings = { tolvrs: 1e-10 };

/** What ABINIT itself takes: corrections that multiply, or that would change nothing, are judged from here. */
export const PROGRAM_DEFAULTS: CodeSettings = { ...DEFAULTS, nline: 4, npulayit: 7, diemac: 1e6, occopt: 1 };

const CELL = 'the cell and its atoms are those of the supercell';
const POINT = 'a label is one single point';
const KPOINTS = 'the k-points are those of reference.kpoints';
const RESTARTS = 'runs are restarted by the corrections';
const FILES = 'every run has a folder of its own';
const SYMMETRY = 'forces on displaced atoms are never symmetrised';

const all = (names: string, why: string): Readonly<Record<string, string>> =>
  Object.fromEntries(words(names).map((name) => [name, why]));

/** Written by the calculator, or never part of a label; the text says why. */
export const OWNED: Readonly<Record<string, string>> = {
  ...all(
    'natom typat ntypat znucl npsp ntypalch npspalch mixalch xred xcart xangst xyzfile structure natrd',
    CELL,
  ),
  ...all('acell rprim angdeg scalecart chkprim chkdilatmx supercell_latt brvltt objan nobj', CELL),
  ...all(
    'nsym symrel symafm tnons spgroup spgaxor spgorig spgroupma ptgroupma chksymbreak chksymtnons',
    SYMMETRY,
  ),
  ...all(
    'ionmov ntime dtion optcell imgmov nimage ntimimage geoopt moldyn vel dilatmx strtarget mdtemp restartxf',
    POINT,
  ),
  ...all('ndtset jdtset udtset optdriver optforces tolmxf tolmxde optimize', POINT),
  ...all(
    'iatfix iatfixx iatfixy iatfixz natfix natfixx natfixy natfixz',
    'a label has the forces on all atoms',
  ),
  ...all('ngkpt nshiftk shiftk nkpt kpt kptnrm kptrlatt kptrlen kptbounds wtk prtkpt', KPOINTS),
  ...all('occ', 'occupations are ABINIT’s own, from occopt'),
  ...all('getwfk getden irdwfk irdden getwfk_filepath getden_filepath getpot_filepath', RESTARTS),
  ...all('prtden prtwf prtwf_full', RESTARTS),
  ...all('indata_prefix outdata_prefix tmpdata_prefix output_file', FILES),
  ...all('cpum cpus cpuh', 'it follows from reference.timeout'),
  ...all('pseudos pp_dirpath', 'files are named in reference.pseudopotentials'),
  ...all('berryopt efield dfield bfield', 'a label is the crystal without a field'),
  ...all('positron', 'a label is the crystal’s own'),
};

/** Variables that change no force: no part of a label's identity. */
export const WITHOUT_EFFECT: readonly string[] = words(`
  autoparal bandpp chkexit enunit gpu_devices gpu_linalg_limit iomode localrdwf max_ncpus mem_test np_slk
  npband npfft nphf npkpt npspinor optstress paral_atom paral_kgb prtcif prtdensph prtdipole prtdos prtdosm prtebands
  prtefg prteig prtelf prtfc prtfsurf prtgden prtgeo prtgsr prtkden prtlden prtnest prtpot prtprocar prtspcur prtstm
  prtvclmb prtvha prtvhxc prtvol prtvpsp prtvxc prtxml pw_unbal_thresh slk_rankpp timopt use_slk`);
