package main

import _ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
