#!/usr/bin/env node
import { launch } from "../../bin/launch.js";

await launch(new URL("../grafana/main.ts", import.meta.url));
