// Apart from the dashboard, because its own panels link to it.

/** Never changes: links and bookmarks hold it. */
export const ASSET_DASHBOARD_UID = "isotherm-asset";
