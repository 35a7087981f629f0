<?php
$rows = $db->query("SELECT total FROM orders WHERE id = " . $id . " AND status = 'open'");
