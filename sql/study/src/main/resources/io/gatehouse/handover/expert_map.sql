SELECT layer, expert FROM placement_map(?, ?, ?, ?) ORDER BY layer, slot
