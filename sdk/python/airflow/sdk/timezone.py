# SPDX-License-Identifier: Apache-2.0
"""airflow.sdk.timezone"""

from aiflow.values.moments import coerce_datetime as coerce_datetime
from aiflow.values.moments import convert_to_utc as convert_to_utc
from aiflow.values.moments import datetime as datetime
from aiflow.values.moments import is_localized as is_localized
from aiflow.values.moments import make_aware as make_aware
from aiflow.values.moments import parse as parse
from aiflow.values.moments import utc as utc
from aiflow.values.moments import utcnow as utcnow
