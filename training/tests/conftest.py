"""Leaves out the modules that need PyTorch where it cannot be imported."""

try:
    import torch

    torch.set_num_threads(1)
    collect_ignore: list[str] = []
except (ImportError, OSError, ValueError):  # a wheel without its GPU libraries raises ValueError
    collect_ignore = [
        "test_model.py", "test_lens.py", "test_lean.py", "test_warm.py", "test_export.py", "test_train.py",
        "test_improvise.py", "test_report.py", "test_wishes.py", "test_originality.py", "test_notochord.py",
        "test_calibrate.py", "test_recognition.py", "test_longrun.py", "test_tradeoff.py", "test_timbre_model.py",
        "test_index.py", "test_strength.py",
    ]  # fmt: skip
