/** The namelists of pw.x that a single point reads, versions 6.7 to 7.4 (INPUT_PW). Array elements by their names alone. */
export const NAMELISTS = ['control', 'system', 'electrons'] as const;
export type Namelist = (typeof NAMELISTS)[number];

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const KEYWORDS: Readonly<Record<Namelist, readonly string[]>> = {
  control: words(`
    calculation title verbosity restart_mode wf_collect nstep iprint tstress tprnfor dt outdir wfcdir prefix lkpoint_dir
    max_seconds etot_conv_thr forc_conv_thr disk_io pseudo_dir tefield dipfield lelfield nberrycyc lorbm lberry gdir nppstr
    gate twochem lfcp trism lfcpopt`),
  system: words(`
    ibrav celldm a b c cosab cosac cosbc nat ntyp nbnd nbnd_cond tot_charge starting_charge tot_magnetization
    starting_magnetization ecutwfc ecutrho ecutfock nr1 nr2 nr3 nr1s nr2s nr3s nosym nosym_evc noinv no_t_rev force_symmorphic
    use_all_frac occupations one_atom_occupations starting_spin_angle degauss degauss_cond nelec_cond smearing nspin sic_gamma
    pol_type sic_energy sci_vb sci_cb noncolin ecfixed qcutz q2sigma input_dft ace exx_fraction screening_parameter
    exxdiv_treatment x_gamma_extrapolation ecutvcut nqx1 nqx2 nqx3 localization_thr lda_plus_u lda_plus_u_kind hubbard_occ
    hubbard_u hubbard_j0 hubbard_alpha hubbard_beta hubbard_j hubbard_v hubbard_parameters starting_ns_eigenvalue
    u_projection_type ensemble_energies edir emaxpos eopreg eamp angle1 angle2 constrained_magnetization fixed_magnetization
    lambda report lspinorb assume_isolated esm_bc esm_w esm_efield esm_nfit lgcscf gcscf_mu gcscf_conv_thr gcscf_beta vdw_corr
    london london_s6 london_c6 london_rvdw london_rcut dftd3_version dftd3_threebody ts_vdw_econv_thr ts_vdw_isolated xdm xdm_a1
    xdm_a2 space_group uniqueb origin_choice rhombohedral zgate relaxz block block_1 block_2 block_height nextffield
    dmft dmft_prefix spline_ps`),
  electrons: words(`
    electron_maxstep exx_maxstep scf_must_converge conv_thr adaptive_thr conv_thr_init conv_thr_multi mixing_mode mixing_beta
    mixing_ndim mixing_fixed_ns diagonalization diago_thr_init diago_cg_maxiter diago_ppcg_maxiter diago_david_ndim
    diago_rmm_ndim diago_rmm_conv diago_gs_nblock diago_full_acc efield efield_cart efield_phase startingpot startingwfc tqr
    real_space`),
};

/** What pw.x takes where nothing is set: corrections that multiply start from here. */
export const DEFAULTS = {
  'electrons.electron_maxstep': 100,
  'electrons.mixing_beta': 0.7,
  'electrons.mixing_mode': 'plain',
  'electrons.mixing_ndim': 8,
  'electrons.diagonalization': 'david',
  'electrons.diago_david_ndim': 2,
} as const;

/** Written by the calculator: the person's own may only say the same. The text says why. */
export const OWNED: Readonly<Record<string, { readonly value?: string | boolean; readonly why: string }>> = {
  'control.calculation': { value: 'scf', why: 'a label is one single point' },
  'control.tprnfor': { value: true, why: 'forces are always asked for' },
  'control.restart_mode': { why: 'runs are restarted by the corrections' },
  'control.outdir': { why: 'every run has a scratch folder of its own' },
  'control.wfcdir': { why: 'every run has a scratch folder of its own' },
  'control.prefix': { why: 'every run has a scratch folder of its own' },
  'control.disk_io': { value: 'low', why: 'the output and the density are read back' },
  'control.wf_collect': { value: true, why: 'the output and the density are read back' },
  'control.pseudo_dir': { why: 'files are named in reference.pseudopotentials' },
  'control.max_seconds': { why: 'it follows from reference.timeout' },
  'control.nstep': { why: 'a label is one single point' },
  'system.ibrav': { why: 'the cell is the supercell' },
  'system.celldm': { why: 'the cell is the supercell' },
  'system.a': { why: 'the cell is the supercell' },
  'system.b': { why: 'the cell is the supercell' },
  'system.c': { why: 'the cell is the supercell' },
  'system.cosab': { why: 'the cell is the supercell' },
  'system.cosac': { why: 'the cell is the supercell' },
  'system.cosbc': { why: 'the cell is the supercell' },
  'system.space_group': { why: 'the cell is the supercell' },
  'system.nat': { why: 'the cell is the supercell' },
  'system.ntyp': { why: 'the cell is the supercell' },
  'electrons.startingpot': { why: 'runs are restarted by the corrections' },
  'electrons.startingwfc': { why: 'runs are restarted by the corrections' },
};

/** Keys that change no force: no part of a label's identity. */
export const WITHOUT_EFFECT: readonly string[] = [
  'control.title',
  'control.verbosity',
  'control.iprint',
  'control.tstress',
  'control.lkpoint_dir',
];
