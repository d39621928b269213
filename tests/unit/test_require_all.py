import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_server import clean_environment

pytestmark = pytest.mark.system

SKIPPED_TEST = "import pytest\ndef test_it():\n    pytest.skip('nginx is not installed')\n"
SKIPPED_MODULE = "import pytest\npytest.importorskip('no_such_module')\n"
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"


@pytest.mark.parametrize(
    ("test", "required", "code"),
    [
        (SKIPPED_TEST, "0", pytest.ExitCode.OK),
        (SKIPPED_TEST, "1", pytest.ExitCode.TESTS_FAILED),
        (SKIPPED_MODULE, "1", pytest.ExitCode.INTERRUPTED),
        (EXPECTED_FAILURE, "1", pytest.ExitCode.OK),
    ],
)
def test_a_skip_fails_only_where_everything_is_required(tmp_path, test, required, code):
    shutil.copy(Path(__file__).parents[1] / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(test)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path,
        env=clean_environment(PAGEGLASS_TEST_REQUIRE_ALL=required),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert required == "0" or "test_it" in done.stdout
